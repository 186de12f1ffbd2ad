import type { Identity } from '../../contract/auth.ts'

/** The three kinds of key, and what the first letters of one say about it. */

export const keyPattern = /^cv_(live|test|read)_sk_[A-Za-z0-9]{7,128}$/

export type KeyKind = 'live' | 'test' | 'read'
export type Environment = 'production' | 'sandbox'

/** `read` is production data too: only `test` leads to the sandbox. */
export function kindOf(key: string): KeyKind | undefined {
  return keyPattern.exec(key)?.[1] as KeyKind | undefined // the pattern knows no other word
}

export function environmentOf(kind: KeyKind): Environment {
  return kind === 'test' ? 'sandbox' : 'production'
}

export const scopes = [
  'threat:read',
  'threat:write',
  'response:read',
  'response:write',
  'compliance:read',
  'compliance:write',
] as const

export type Scope = (typeof scopes)[number]

/** Other pages name further scopes; `incident:…` is the older name of `response:…`, the rest means nothing here. */
export function scopesOf(names: readonly string[]): ReadonlySet<string> {
  return new Set(names.map((name) => name.replace(/^incident:/, 'response:')).filter(isScope))
}

function isScope(name: string): name is Scope {
  return (scopes as readonly string[]).includes(name)
}

export type Plan = 'starter' | 'professional' | 'enterprise'

/** Who a key of the sandbox stands for. */
export interface KeyIdentity extends Identity {
  tenantId: string
  environment: Environment
  plan: Plan
  /** Name of the service account. */
  account: string
}

export function identityOf(call: { identity: Identity }): KeyIdentity {
  return call.identity as KeyIdentity // identify() of this sandbox makes no other
}
