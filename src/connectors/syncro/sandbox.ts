import { isObject } from '../../contract/errors.ts'
import type { Refusal } from '../../contract/refusal.ts'
import { type Behaviour, Reply } from '../../contract/server.ts'
import type { Filed, SandboxState, SandboxVendor } from '../sandbox-vendor.ts'
import { foldTag } from './desk.ts'
import { integrationPermissions } from './permissions.ts'
import { accountBehaviours } from './sandbox-account.ts'
import { assetBehaviours } from './sandbox-assets.ts'
import { commentBehaviours } from './sandbox-comments.ts'
import { contactBehaviours } from './sandbox-contacts.ts'
import { customerBehaviours } from './sandbox-customers.ts'
import { deskPeople } from './sandbox-desk-people.ts'
import { seedCustomer, seedHistory } from './sandbox-seed.ts'
import { Store, type TokenIdentity, textOf } from './sandbox-store.ts'
import { ticketPartBehaviours } from './sandbox-ticket-parts.ts'
import { ticketBehaviours } from './sandbox-tickets.ts'
import { closed } from './tickets.ts'

/** A Syncro account over the sandbox's world: empty of tickets, with every customer, contact and device. */
export const sandbox: SandboxVendor = {
  mounts: ['/syncro/api/v1'],
  hosts: ['*.syncromsp.com'],
  settings: { subdomain: 'demo' },
  open(world, options): SandboxState {
    const store = new Store(world, options)
    for (const customer of world.customers) seedCustomer(store, customer)
    seedHistory(store)
    const behaviours = {
      ...ticketBehaviours(store),
      ...commentBehaviours(store),
      ...ticketPartBehaviours(store),
      ...customerBehaviours(store),
      ...contactBehaviours(store),
      ...assetBehaviours(store),
      ...accountBehaviours(store),
    }
    const tokens = tokensOf(store)
    return {
      keys: keys.map(({ name, value, note }) => ({ name, value, note })),
      behaviours: Object.fromEntries(
        Object.entries(behaviours).map(([id, behaviour]) => [id, orLoginPage(arranged(id, behaviour))]),
      ),
      identify(key): TokenIdentity | Refusal | undefined {
        return tokens.get(key) ?? (options.switches['loginPage'] === 'on' ? tokens.get(adminKey) : undefined)
      },
      // What the world holds happens at the detection vendors; nothing here moves by itself.
      advance() {},
      filed: () => filed(store),
      people: deskPeople(store, options.switches),
    }
  },
}

const adminKey = 'Tad21f0c37b95e846-9d1b2f6a0c7e4853b1d09f2c6a75e341'

const keys = [
  {
    name: 'Integration (21 permissions)',
    value: 'T5ac0e1d29f7b8340-1f83c06b5e924d7a90c1e6f2385bd74a',
    note: 'the default: exactly the 21 permissions that the vendors’ guide asks for',
    permissions: integrationPermissions,
  },
  { name: 'Global Admin', value: adminKey, note: 'bypasses every permission check', permissions: 'all' },
  {
    name: 'Without Tickets - Create',
    value: 'T77be19c04da35f21-c2a94e7180bd4f6396e5d1037fa8b2c4',
    note: '20 of the 21: POST /tickets answers 401, as if the token were bad',
    permissions: integrationPermissions.filter((name) => name !== 'Tickets - Create'),
  },
  {
    name: 'Two customers only',
    value: 'T3f60d8a2b1c94e75-7e20b9d4c61f4a8583d7f5a19c0e42b6',
    note: 'a group limited to the first two customers: everything else is 404',
    permissions: integrationPermissions,
    customers: 2,
  },
  {
    name: 'No permission at all',
    value: 'T91e5c7d03a4b68f2-2b6d8e14f7a94c03b5e8d1c6072fa93b',
    note: 'GET /me answers, everything that needs a permission is 401',
    permissions: [],
  },
  {
    name: 'Expired',
    value: 'T0d94b7f1e36c82a5-58f1e3a7d20c4b96a7e4c8b05d93f16e',
    note: 'past its expiry date: 401',
    permissions: undefined,
  },
] as const

function tokensOf(store: Store): Map<string, TokenIdentity> {
  const userId = store.world.technicians[0]?.id ?? 1
  const tokens = new Map<string, TokenIdentity>()
  for (const key of keys) {
    if (key.permissions === undefined) continue
    const permissions = key.permissions === 'all' ? 'all' : new Set<string>(key.permissions)
    const limited =
      'customers' in key ? store.customers.oldest(() => true).slice(0, key.customers) : undefined
    const customers = limited && new Set(limited.map((row) => row.id))
    tokens.set(key.value, {
      name: key.name,
      permissions,
      userId,
      token: key.value,
      ...(customers && { customers }),
    })
  }
  return tokens
}

const loginPage =
  '<!DOCTYPE html>\n<html><head><title>Syncro - Sign in</title></head><body><form action="/users/sign_in">Sign in</form></body></html>\n'

function orLoginPage(behaviour: Behaviour): Behaviour {
  return (call) => (call.switches['loginPage'] === 'on' ? new Reply(200, loginPage) : behaviour(call))
}

const unordered = ['customers.list', 'contacts.list', 'assets.list', 'alerts.list']

/** Lists whose order nobody has published come the other way round, too. */
function arranged(id: string, behaviour: Behaviour): Behaviour {
  if (unordered.includes(id))
    return (call) => turned(behaviour(call), call.switches['listOrder'] === 'reversed')
  if (id === 'comments.list') {
    return (call) => {
      const asked = call.query['sort_by'] !== undefined || call.query['sort_direction'] !== undefined
      return turned(behaviour(call), !asked && call.switches['commentOrder'] === 'oldest')
    }
  }
  if (id !== 'tickets.get') return behaviour
  return (call) => {
    const answer = behaviour(call)
    if (call.switches['commentOrder'] !== 'oldest' || !isObject(answer) || !isObject(answer['ticket']))
      return answer
    const { ticket } = answer
    return { ...answer, ticket: { ...ticket, comments: turned(ticket['comments'], true) } }
  }
}

function turned(rows: unknown, round: boolean): unknown {
  return round && Array.isArray(rows) ? rows.toReversed() : rows
}

function filed(store: Store): Filed[] {
  return store.tickets
    .oldest((row) => row.id > store.seededUntil)
    .map((row) => {
      const comments = (store.talk.get(row.id) ?? []).map((one) => ({
        id: textOf(one['id']),
        subject: textOf(one['subject']),
        body: textOf(one['body']),
      }))
      const talk = comments.map(({ subject, body }) => `${subject}\n${body}`)
      const tags = Array.isArray(row['tag_list']) ? row['tag_list'] : []
      return {
        ticketId: textOf(row.id),
        customerName: textOf(row['customer_business_then_name']),
        text: [textOf(row['subject']), ...talk].join('\n\n'),
        comments,
        folded: tags.includes(foldTag),
        open: !closed(textOf(row['status'])),
        createdAt: Date.parse(textOf(row['created_at'])),
      }
    })
}
