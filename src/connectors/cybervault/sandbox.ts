import { digest } from '../../domain/id.ts'
import { Refusal } from '../../contract/refusal.ts'
import type { Behaviour } from '../../contract/server.ts'
import type { WireRequest } from '../../contract/wire.ts'
import type { SandboxOptions, SandboxState, SandboxVendor } from '../sandbox-vendor.ts'
import type { World } from '../world.ts'
import { stampOf } from './fields.ts'
import { identityOf } from './keys.ts'
import { actionBehaviours } from './sandbox-actions.ts'
import { complianceBehaviours } from './sandbox-compliance.ts'
import { History, listsOf } from './sandbox-history.ts'
import { incidentBehaviours } from './sandbox-incidents.ts'
import { demoKeys, identifier } from './sandbox-keys.ts'
import { threatBehaviours } from './sandbox-threats.ts'
import { Vault } from './sandbox-vault.ts'

/** CyberVault over the sandbox's world: each of the first customers is a tenant, with the telemetry of its attacks. */
export const sandbox: SandboxVendor = {
  mounts: ['/cybervault/v3'],
  hosts: ['api.cybervault.io'],
  settings: {},
  open,
}

function open(world: World, options: SandboxOptions): SandboxState {
  const vault = new Vault(world, options)
  const lists = listsOf(world)
  const history = new History(vault, lists)
  const behaviours: Record<string, Behaviour> = {
    'system.health': (call) => ({
      status: call.switches['health'],
      tenant_id: identityOf(call).tenantId,
      environment: identityOf(call).environment,
      timestamp: stampOf(call.now),
    }),
    ...threatBehaviours(vault, (call) => lists(call.switches)),
    ...incidentBehaviours(vault),
    ...actionBehaviours(vault),
    ...complianceBehaviours(vault),
  }
  let requests = 0
  return {
    keys: demoKeys(world),
    behaviours: Object.fromEntries(
      Object.entries(behaviours).map(([id, behaviour]) => [id, failing(behaviour)]),
    ),
    identify: identifier(world, options),
    advance() {
      history.advance()
      vault.advance()
    },
    newRequestId: (request) => traceOf(request) ?? generated(world.seed, ++requests),
    headers: (_request, requestId) => ({ 'x-request-id': requestId }),
    raised: () => history.raised(),
  }
}

/** The caller's own trace id, when it is one. It traces, and nothing more: the same id twice is two requests. */
function traceOf(request: WireRequest): string | undefined {
  const given = request.headers['x-request-id'] ?? ''
  return /^[A-Za-z0-9._-]{1,128}$/.test(given) ? given : undefined
}

/** `req_` and twelve lower-case letters and digits. */
function generated(seed: number, count: number): string {
  const number = BigInt(`0x${digest(`request ${seed} ${count}`).slice(0, 18)}`)
  return `req_${number.toString(36).padStart(12, '0').slice(-12)}`
}

function failing(behaviour: Behaviour): Behaviour {
  return (call) => {
    const part = call.switches['failPath'] ?? ''
    if (part !== '' && call.request.path.includes(part))
      throw new Refusal(500, 'internal_error', 'Something went wrong.')
    return behaviour(call)
  }
}
