import { Refusal } from '../../contract/refusal.ts'
import type { DemoKey, SandboxOptions } from '../sandbox-vendor.ts'
import type { World } from '../world.ts'
import { unauthorized } from './api.ts'
import { type KeyIdentity, environmentOf, kindOf, scopes, scopesOf } from './keys.ts'
import { type Tenant, tenantsOf } from './sandbox-tenants.ts'

/** The demo keys: one of every kind that the document names. The first is the one that the hub uses. */

interface Account {
  name: string
  /** Number of the customer whose tenant it is. */
  customer: number
  key: string
  scopes: readonly string[]
  note: string
  /** Days after the world's start. */
  expiresAfter?: number
  rotatedAfter?: number
  revoked?: boolean
  suspended?: boolean
}

const reading = scopes.filter((scope) => scope.endsWith(':read'))

const accounts: readonly Account[] = [
  { name: 'full access', customer: 1, key: 'cv_live_sk_8f3j29d7k1m4p6q8r0s2t4v6w8x0y2z4', scopes, note: 'every scope, production' },
  { name: 'as the quick start says', customer: 1, key: 'cv_live_sk_q1u2i3c4k5s6t7a8r9t0a1b2c3d4e5f6', scopes: ['threat:read', 'response:write'], note: 'threat:read and response:write: the documented analysis answers 403' },
  { name: 'read-only', customer: 1, key: 'cv_read_sk_r1e2a3d4o5n6l7y8k9e0y1a2b3c4d5e6', scopes, note: 'production data; can never write' },
  { name: 'test', customer: 1, key: 'cv_test_sk_t1e2s3t4k5e6y7s8a9n0d1b2o3x4a5b6', scopes, note: 'data of its own, marked as mock' },
  { name: 'threats only', customer: 1, key: 'cv_live_sk_t1h2r3e4a5t6s7o8n9l0y1a2b3c4d5e6', scopes: ['threat:read', 'threat:write'], note: 'incidents and compliance answer 403' },
  { name: 'older scope names', customer: 1, key: 'cv_live_sk_o1l2d3n4a5m6e7s8a9b0c1d2e3f4g5h6', scopes: ['threat:read', 'incident:read', 'incident:write', 'audit:read'], note: 'incident:… stands for response:…' },
  { name: 'expired', customer: 1, key: 'cv_live_sk_e1x2p3i4r5e6d7a8b9c0d1e2f3g4h5i6', scopes, expiresAfter: -1, note: '401 expired_api_key' },
  { name: 'revoked', customer: 1, key: 'cv_live_sk_r1e2v3o4k5e6d7a8b9c0d1e2f3g4h5i6', scopes, revoked: true, note: '401 revoked_api_key' },
  { name: 'rotated', customer: 1, key: 'cv_live_sk_r1o2t3a4t5e6d7a8b9c0d1e2f3g4h5i6', scopes, rotatedAfter: -1, note: '401 revoked_api_key, unless rotationGraceSeconds covers it' },
  { name: 'second tenant', customer: 2, key: 'cv_live_sk_s1e2c3o4n5d6t7e8n9a0n1t2a3b4c5d6', scopes, note: 'another customer, professional plan' },
  { name: 'third tenant', customer: 3, key: 'cv_live_sk_t1h2i3r4d5t6e7n8a9n0t1a2b3c4d5e6', scopes, note: 'a third customer, enterprise plan' },
  { name: 'suspended tenant', customer: 4, key: 'cv_live_sk_s1u2s3p4e5n6d7e8d9a0b1c2d3e4f5g6', scopes, suspended: true, note: '403 tenant_access_denied' },
] // prettier-ignore

export function demoKeys(world: World): DemoKey[] {
  const named = (account: Account): DemoKey['settings'] => {
    const customer = world.customers.find((one) => one.number === account.customer)
    return customer && { customer: customer.name }
  }
  return accounts.map((account) => {
    const settings = named(account)
    return { name: account.name, value: account.key, note: account.note, ...(settings && { settings }) }
  })
}

/** Steps 2 to 6 of the ladder: who a key stands for, or why it no longer stands for anybody. */
export function identifier(world: World, { now, switches }: Pick<SandboxOptions, 'now' | 'switches'>) {
  const tenants = tenantsOf(world)
  const byKey = new Map(accounts.map((account) => [account.key, account]))
  const identities = new Map<Account, KeyIdentity>()
  return (key: string): KeyIdentity | Refusal | undefined => {
    const account = byKey.get(key)
    const tenant = account && tenants.get(account.customer)
    if (account === undefined || tenant === undefined) return undefined
    const known = identities.get(account) ?? identityWith(account, tenant)
    if (known === undefined) return undefined
    identities.set(account, known)
    return refused(account, tenant, world, now(), switches) ?? known
  }
}

const day = 86_400_000

function refused(
  { revoked, rotatedAfter, expiresAfter, suspended }: Account,
  { id }: Tenant,
  { start }: World,
  now: number,
  switches: Record<string, string>,
): Refusal | undefined {
  const after = (days: number | undefined, more = 0): boolean =>
    days !== undefined && now > start + days * day + more
  const grace = Number(switches['rotationGraceSeconds'] ?? 0) * 1000
  if (revoked === true || after(rotatedAfter, grace)) {
    return unauthorized('revoked_api_key', 'This API key was revoked or rotated.')
  }
  if (after(expiresAfter)) return unauthorized('expired_api_key', 'This API key has expired.')
  if (suspended !== true && switches['suspended'] !== id) return undefined
  return new Refusal(403, 'tenant_access_denied', `Tenant ${id} is suspended.`)
}

function identityWith({ name, key, scopes: held }: Account, { id, plan }: Tenant): KeyIdentity | undefined {
  const kind = kindOf(key)
  if (kind === undefined) return undefined
  const permissions = scopesOf(kind === 'read' ? reading : held)
  return { name, account: name, permissions, tenantId: id, environment: environmentOf(kind), plan }
}
