import type { Identity } from '../../contract/auth.ts'
import { Refusal } from '../../contract/refusal.ts'
import type { Call } from '../../contract/server.ts'
import type { WireRequest } from '../../contract/wire.ts'
import type { DemoKey } from '../sandbox-vendor.ts'
import { regionOf, regions } from './regions.ts'
import type { Organization } from './sandbox-organization.ts'

/** Who a key of the sandbox stands for, in one request. */
export interface KeyIdentity extends Identity {
  kind: 'multi-tenant' | 'user' | 'organization'
  /** Whose data the request is about. */
  organization: Organization
  visible: readonly Organization[]
  creator: { type: 'USER' | 'ORG_API_KEY'; name: string }
}

export interface Cast {
  parent: Organization
  managed: readonly Organization[]
  abroad: Organization
}

interface KeyRule extends DemoKey {
  kind: KeyIdentity['kind']
  permissions: KeyIdentity['permissions']
  region: string
  organizations(cast: Cast): readonly Organization[]
}

const [admin, manager] = [
  new Set(['write', 'administer', 'audit']),
  new Set(['write', 'create', 'administer', 'audit']),
]

const rules: readonly KeyRule[] = [
  {
    name: 'multi-tenant admin',
    value: '5e1b7c1e-9d41-4c0a-8f27-2b6d90c3a401',
    note: 'the key of an MSP: all managed organizations, one a request by R7-Organization-Id',
    kind: 'multi-tenant',
    permissions: admin,
    region: 'us',
    organizations: ({ parent, managed }) => [parent, ...managed],
  },
  {
    name: 'multi-tenant user',
    value: '5e1b7c1e-9d41-4c0a-8f27-2b6d90c3a402',
    note: 'the same for one person of the MSP, who may also make investigations',
    kind: 'multi-tenant',
    permissions: manager,
    region: 'us',
    organizations: ({ parent, managed }) => [parent, ...managed],
  },
  {
    name: 'user',
    value: '5e1b7c1e-9d41-4c0a-8f27-2b6d90c3a403',
    note: 'a platform admin: sees the first organization, and all of them with multi-customer=true',
    kind: 'user',
    permissions: manager,
    region: 'us',
    organizations: ({ managed }) => managed,
  },
  {
    name: 'organization',
    value: '5e1b7c1e-9d41-4c0a-8f27-2b6d90c3a404',
    note: 'the super key of the first organization; cannot make investigations, nor read people',
    kind: 'organization',
    permissions: new Set(['write', 'audit']),
    region: 'us',
    organizations: ({ managed }) => managed.slice(0, 1),
  },
  {
    name: 'read-only user',
    value: '5e1b7c1e-9d41-4c0a-8f27-2b6d90c3a405',
    note: 'reads the first organization; every change is 403',
    kind: 'user',
    permissions: new Set(),
    region: 'us',
    organizations: ({ managed }) => managed.slice(0, 1),
  },
  {
    name: 'organization in eu',
    value: '5e1b7c1e-9d41-4c0a-8f27-2b6d90c3a406',
    note: 'good at /rapid7/eu, 401 everywhere else',
    kind: 'organization',
    permissions: new Set(['write', 'audit']),
    region: 'eu',
    organizations: ({ abroad }) => [abroad],
  },
]

const revoked: DemoKey = {
  name: 'revoked',
  value: '5e1b7c1e-9d41-4c0a-8f27-2b6d90c3a499',
  note: 'deleted in the console: 401 in every region',
}

export const keys: readonly DemoKey[] = [...rules, revoked].map(({ name, value, note }) => ({
  name,
  value,
  note,
}))

const byValue = new Map(rules.map((rule) => [rule.value, rule]))

/** The region of a request: of its prefix, else of its host; a request from within is in us. */
function requestRegion({ mount = '', headers }: WireRequest): string {
  const last = mount.slice(mount.lastIndexOf('/') + 1)
  return regions.find((region) => region === last) ?? regionOf(headers['host'] ?? '') ?? 'us'
}

/** A key is only known where its data lives. */
export function identify(cast: Cast, key: string, request?: WireRequest): KeyIdentity | Refusal | undefined {
  const rule = byValue.get(key)
  if (rule === undefined || (request && rule.region !== requestRegion(request))) return undefined
  const { name, kind, permissions } = rule
  const visible = rule.organizations(cast)
  const asked = request?.headers['r7-organization-id']?.trim().toLowerCase()
  // Whether a key is good does not depend on an organization.
  const free = request === undefined || request.path === '/' || request.path === '/validate'
  const organization = asked && !free ? visible.find((one) => one.id === asked) : visible[0]
  if (kind === 'multi-tenant' && !asked && !free)
    return new Refusal(400, 'bad_request', 'R7-Organization-Id header is required for a multi-tenant API key')
  if (organization === undefined)
    return new Refusal(403, 'forbidden', 'The API key has no access to this organization')
  const creator =
    kind === 'user'
      ? ({ type: 'USER', name: 'Demo User' } as const)
      : ({ type: 'ORG_API_KEY', name } as const)
  return { name, permissions, kind, organization, visible, creator }
}

export function keyOf(call: Pick<Call, 'identity'>): KeyIdentity {
  return call.identity as KeyIdentity // identify() of this sandbox makes no other
}

/** Whose data a call is about. */
export function here(call: Pick<Call, 'identity'>): Organization {
  return keyOf(call).organization
}

/** With `multi-customer` a user key reaches every organization of its owner. */
export function reach(call: Call): readonly Organization[] {
  const { kind, organization, visible } = keyOf(call)
  return kind === 'user' && call.query['multi-customer'] === true ? visible : [organization]
}
