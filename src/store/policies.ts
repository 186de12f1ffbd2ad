import { type Policy, type PolicyChange, defaultPolicy } from '../domain/policy.ts'
import type { Db } from './engine.ts'
import { insertMany } from './insert.ts'
import { decode, encode } from './json.ts'
import { prepared } from './prepared.ts'

export interface PolicyRow {
  /** Empty: every customer that has none of its own. */
  tenant_id: string
  rules: string
  updated_at: number
}

/** The rules of all customers: what each has of its own, over what holds for everybody, over the defaults. */
export interface Policies {
  everybody: PolicyChange
  own: ReadonlyMap<string, PolicyChange>
  of(tenantId: string): Policy
}

export async function readPolicies(db: Db): Promise<Policies> {
  const { rows } = await all(db, {})
  const own = new Map(rows.map((row) => [row.tenant_id, decode<PolicyChange>(row.rules)]))
  const everybody = own.get('') ?? {}
  own.delete('')
  return { everybody, own, of: (tenantId) => ({ ...defaultPolicy, ...everybody, ...own.get(tenantId) }) }
}

const all = prepared((db) => db.selectFrom('policies').selectAll().orderBy('tenant_id').compile())

/** Replaces a customer's own rules (empty tenant: everybody's). */
export async function putPolicy(db: Db, tenantId: string, rules: PolicyChange, now: number): Promise<void> {
  const row = { tenant_id: tenantId, rules: encode(rules), updated_at: now }
  await insertMany(db, 'policies', [row], { on: ['tenant_id'], set: ['rules', 'updated_at'] })
}
