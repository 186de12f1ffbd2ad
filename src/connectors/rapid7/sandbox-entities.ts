import { isObject } from '../../contract/errors.ts'
import { listed } from '../../contract/listing.ts'
import type { Behaviour, Call } from '../../contract/server.ts'
import { shortId } from './sandbox-ids.ts'
import { here } from './sandbox-keys.ts'
import { type Organization, type Row, notFound, plainName } from './sandbox-organization.ts'
import { without } from '../shapes.ts'
import { type Field, bodyOf, dressed, search } from './sandbox-query.ts'

/** Accounts, users, assets and local accounts, as the world's devices give them. */
interface Tables {
  accounts: readonly Row[]
  users: readonly Row[]
  assets: readonly Row[]
  locals: readonly Row[]
}

const made = new WeakMap<Organization, Tables>()

function tablesOf(organization: Organization): Tables {
  const known = made.get(organization) ?? toTables(organization)
  made.set(organization, known)
  return known
}

function toTables(organization: Organization): Tables {
  const hosts = organization.customer?.hosts ?? []
  const domain = organization.customer?.domain ?? 'lab.example'
  const rrn = (type: string, name: string): string =>
    organization.rrn('uba', type, shortId(type, organization.id, name))
  const names = [...new Set([...hosts.map((host) => host.user), ...(hosts.length === 0 ? ['trainee'] : [])])]
  const reference = (name: string): Row => ({ rrn: rrn('user', name), name: fullName(name) })
  return {
    users: names.map((name) => {
      const [first_name = name, last_name = ''] = fullName(name).split(' ')
      return { ...reference(name), domain, first_name, last_name }
    }),
    accounts: names.map((name, i) => ({
      rrn: rrn('account', name),
      name,
      domain,
      disabled: i % 7 === 6,
      user: reference(name),
      authentication_service: i % 3 === 2 ? 'O365' : 'ACTIVE_DIRECTORY',
    })),
    assets: assetNames(organization).map((name) => ({ rrn: rrn('asset', name), name })),
    locals: assetNames(organization).map((name) => ({
      rrn: rrn('local-account', name),
      name: 'administrator',
      asset: { rrn: rrn('asset', name), name },
    })),
  }
}

function assetNames(organization: Organization): string[] {
  return organization.customer?.hosts.map((host) => host.name) ?? ['LAB-01']
}

function fullName(name: string): string {
  return name
    .split('.')
    .map((part) => `${part.slice(0, 1).toUpperCase()}${part.slice(1)}`)
    .join(' ')
}

const all = ['EQUALS', 'CONTAINS', 'IN'] as const

/** A field by its path: `user.name`. */
function field(path: string, sortable = true): [string, Field<Row>] {
  const of = (row: Row): string => {
    let value: unknown = row
    for (const step of path.split('.')) value = isObject(value) ? value[step] : undefined
    return typeof value === 'string' || typeof value === 'boolean' ? String(value) : ''
  }
  return [path, { operators: all, sortable, of }]
}

const fields: Record<keyof Tables, Record<string, Field<Row>>> = {
  accounts: Object.fromEntries([
    ...['authentication_service', 'domain', 'name', 'user.rrn', 'user.name'].map((path) => field(path)),
    field('disabled', false),
  ]),
  users: Object.fromEntries([
    ...['first_name', 'last_name', 'name'].map((path) => field(path)),
    field('domain', false),
  ]),
  assets: Object.fromEntries([field('name')]),
  locals: Object.fromEntries(
    ['name', 'asset.rrn', 'asset.name', 'user.rrn', 'user.name'].map((path) => field(path)),
  ),
}

function print(table: keyof Tables, row: Row, switches: Record<string, string>): Row {
  const lacks = table === 'users' && switches['userDomains'] === 'absent'
  return dressed(lacks ? without(row, ['domain']) : row, switches)
}

function searching(table: keyof Tables): Behaviour {
  const rowsOf = listed((row: Row, { switches }) => print(table, row, switches))
  return (call) => rowsOf(search(tablesOf(here(call))[table], bodyOf(call), fields[table]), call)
}

function getting(table: keyof Tables): Behaviour {
  return (call: Call) => {
    const name = plainName(call.params['rrn'] ?? '')
    const row = tablesOf(here(call))[table].find((one) => one['rrn'] === name)
    if (row === undefined) throw notFound()
    return row
  }
}

export const entityBehaviours: Record<string, Behaviour> = {
  'accounts.search': searching('accounts'),
  'accounts.get': getting('accounts'),
  'users.search': searching('users'),
  'users.get': getting('users'),
  'assets.search': searching('assets'),
  'assets.get': getting('assets'),
  'local-accounts.search': searching('locals'),
  'local-accounts.get': getting('locals'),
}
