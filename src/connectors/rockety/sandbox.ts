import { Refusal } from '../../contract/refusal.ts'
import { type Behaviour, type Call, Reply } from '../../contract/server.ts'
import type { SandboxState, SandboxVendor } from '../sandbox-vendor.ts'
import { forbid } from './api.ts'
import { Later, clientBehaviours, userBehaviours } from './sandbox-people.ts'
import { portalBehaviours } from './sandbox-portal.ts'
import { projectBehaviours } from './sandbox-projects.ts'
import { seedOther, seedProvider } from './sandbox-seed.ts'
import { Store } from './sandbox-store.ts'
import { taskPeople } from './sandbox-task-people.ts'
import { taskBehaviours } from './sandbox-tasks.ts'
import { Tokens, demoKeys } from './sandbox-tokens.ts'

/** Rockety's side of the sandbox: two organisations, of which the provider's has every customer as a client. */
export const sandbox: SandboxVendor = {
  mounts: ['/rockety/api/v1'],
  hosts: ['app.rockety.io'],
  settings: {},
  open(world, options): SandboxState {
    const store = new Store(options)
    const later = new Later()
    const provider = { id: 1, name: world.msp }
    const other = { id: 2, name: 'Southwind Studio' }
    seedProvider(store, provider, world)
    seedOther(store, other, world.start)
    const seeded = new Set(store.tasks.all(provider).map((row) => row.id))
    const tokens = new Tokens({ provider, other }, options.now)
    const behaviours = {
      ...projectBehaviours(store),
      ...taskBehaviours(store),
      ...userBehaviours(store, later),
      ...clientBehaviours(store, later),
      ...portalBehaviours(store, later),
    }
    return {
      keys: demoKeys,
      behaviours: Object.fromEntries(
        Object.entries(behaviours).map(([id, behaviour]) => [id, guarded(behaviour)]),
      ),
      identify: (key) => tokens.identify(key) ?? (isWebPage(options.switches) ? tokens.anybody() : undefined),
      advance: () => later.until(options.now()),
      people: taskPeople(store, provider, seeded),
    }
  },
}

/** What the switches can put in front of every behaviour. */
function guarded(behaviour: Behaviour): Behaviour {
  return (call) => {
    const { switches } = call
    if (switches['loginPage'] === 'redirect')
      return new Reply(302, loginPage, { location: 'https://app.rockety.io/login' })
    if (isWebPage(switches) || answersBrowsers(call)) return new Reply(200, loginPage)
    const [resource = ''] = call.op.id.split('.')
    if (listed(switches['missing'], resource)) throw new Refusal(404, 'endpoint_not_found', 'Not found')
    if (listed(switches['forbidden'], resource)) throw forbid()
    return behaviour(call)
  }
}

function isWebPage(switches: Record<string, string>): boolean {
  return switches['loginPage'] === 'on' || switches['loginPage'] === 'redirect'
}

function answersBrowsers({ request, switches }: Call): boolean {
  return (
    switches['loginPage'] === 'without-accept' &&
    !(request.headers['accept'] ?? '').includes('application/json')
  )
}

function listed(names: string | undefined, resource: string): boolean {
  return (names ?? '').split(',').some((name) => name.trim() === resource)
}

const loginPage =
  '<!DOCTYPE html>\n<html><head><title>Rockety</title></head><body><form action="/login">Sign in</form></body></html>\n'
