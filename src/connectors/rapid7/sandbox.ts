import type { Behaviour } from '../../contract/server.ts'
import type { SandboxState, SandboxVendor } from '../sandbox-vendor.ts'
import { apiHost, logsHost, regions } from './regions.ts'
import { accountBehaviours } from './sandbox-account.ts'
import { alertBehaviours } from './sandbox-alerts.ts'
import { commentBehaviours } from './sandbox-comments.ts'
import { entityBehaviours } from './sandbox-entities.ts'
import { healthBehaviours } from './sandbox-health.ts'
import { uuidOf } from './sandbox-ids.ts'
import { investigationListBehaviours } from './sandbox-investigation-list.ts'
import { investigationBehaviours } from './sandbox-investigations.ts'
import { investigationV1Behaviours } from './sandbox-investigations-v1.ts'
import { identify, keys } from './sandbox-keys.ts'
import { mounts } from './sandbox-links.ts'
import { logManagementBehaviours } from './sandbox-log-management.ts'
import { LogSearch, logQueryBehaviours } from './sandbox-log-query.ts'
import { notFound } from './sandbox-organization.ts'
import { siemBehaviours } from './sandbox-siem.ts'
import { threatBehaviours } from './sandbox-threats.ts'
import { RapidWorld } from './sandbox-world.ts'
import { parentId } from './sandbox-parent.ts'

/** Rapid7's side of the sandbox: every region under one listener, Log Search on its native prefix too. */
export const sandbox: SandboxVendor = {
  mounts: regions.map((region) => `${mounts.api}/${region}`),
  hosts: regions.map(apiHost),
  surfaces: {
    logs: {
      mounts: regions.map((region) => `${mounts.logs}/${region}`),
      hosts: regions.map(logsHost),
    },
  },
  settings: { region: 'us', organizationId: parentId },
  open(world, { now, random, switches }): SandboxState {
    const rapid = new RapidWorld(world)
    const searches = new LogSearch(world.start, random)
    let requests = 0
    const family = uuidOf('request', world.seed).slice(0, 24)
    return {
      keys,
      behaviours: {
        ...accountBehaviours,
        ...investigationBehaviours,
        ...investigationListBehaviours,
        ...investigationV1Behaviours,
        ...alertBehaviours,
        ...commentBehaviours,
        ...entityBehaviours,
        ...threatBehaviours,
        ...healthBehaviours,
        ...siemBehaviours,
        ...enabled({ ...logQueryBehaviours(searches), ...logManagementBehaviours(searches) }),
      },
      identify: (key, request) => identify(rapid.cast, key, request),
      advance: () => rapid.advance(now(), Number(switches['indexLagSeconds'] ?? 0) * 1000),
      raised: () => rapid.raised(switches['siemAlerts'] !== 'off'),
      newRequestId: () => `${family}${(++requests).toString(16).padStart(12, '0')}`,
      headers: (request, id) =>
        request.path === '/validate'
          ? gateway
          : { ...gateway, 'r7-correlation-id': request.headers['r7-correlation-id'] ?? id },
    }
  },
}

const gateway = { vary: 'Origin', 'access-control-allow-credentials': 'true', via: 'kong/2.8.4' }

/** Audit logging that nobody has enabled is not there. */
function enabled(behaviours: Record<string, Behaviour>): Record<string, Behaviour> {
  return Object.fromEntries(
    Object.entries(behaviours).map(([id, behaviour]): [string, Behaviour] => [
      id,
      (call) => {
        if (id.startsWith('audit-') && call.switches['auditLogs'] === 'off') throw notFound('resource')
        return behaviour(call)
      },
    ]),
  )
}
