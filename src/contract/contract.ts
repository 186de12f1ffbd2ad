import type { AuthHabit } from './auth.ts'
import type { ErrorHabit } from './errors.ts'
import type { LimitHabit, Pace } from './limits.ts'
import type { Operation } from './operation.ts'
import type { ArrayStyle, QueryValue } from './query.ts'
import type { Refusal } from './refusal.ts'
import type { WireRequest } from './wire.ts'

/** A whole HTTP API as data. The client, the sandbox server, the OpenAPI document and the forms are read from it. */
export interface Contract {
  vendor: string
  title: string
  /** The API's version as it stands in the path. */
  version: string
  about: string
  /** The connection form. */
  settings: readonly SettingField[]
  /** The base URL for these settings, without a trailing slash. An explicit `baseUrl` setting always wins. */
  base(settings: Record<string, string>): string
  /** Further bases, by name, where one API is served from several addresses. */
  surfaces?: Readonly<Record<string, Surface>>
  /** Further hosts that the connection owns: a link may lead there with the key. Default: the origins of its bases. */
  owns?(url: URL, settings: Record<string, string>): boolean
  /** Headers of every request, besides the key. */
  headers?(settings: Record<string, string>): Record<string, string>
  /** What an account's own settings make of an address, where a vendor does not publish it and accounts may differ. */
  address?(to: Address, settings: Record<string, string>): Address
  arrays: ArrayStyle
  auth: AuthHabit
  errors: ErrorHabit
  limits: LimitHabit
  /** A pace of the account's own; default `limits.pace`. */
  pace?(settings: Record<string, string>): LimitHabit['pace']
  /** What the server says before it looks at the key. */
  refuse?(request: WireRequest): Refusal | undefined
  /** The server takes form-encoded bodies too. */
  forms?: boolean
  /** What the server says to a body that it cannot take, before reading it. */
  refuseBody?(request: WireRequest): Refusal | undefined
  /** What the server says to parameters or a body that do not fit; default 400 `invalid_request`. */
  invalid?(
    issues: { field: string; issue: string }[],
    op: Operation,
    switches: Record<string, string>,
  ): Refusal
  /** What the server says to a key that lacks the permission; default 403 `missing_permission`. */
  forbid?(op: Operation): Refusal
  /** Whether the account has this operation at all; one that it lacks is an unknown path. */
  serves?(op: Operation, switches: Record<string, string>): boolean
  /** The last word on a refusal, in the status and the words that this vendor has for it. */
  restate?(refusal: Refusal, request: WireRequest, switches: Record<string, string>): Refusal
  /** Status for a known path with another method. Default 404. */
  wrongMethod?: 404 | 405 | ((method: string, switches: Record<string, string>) => 404 | 405)
  /** Where one status stands for two troubles, the call that tells them apart. */
  tellApart?: { status: number; by: Operation; whenOk: Told; whenNot: Told }
  /** What the sandbox can be told to do otherwise; the first value is the default. */
  switches: Record<string, Switch>
  operations: Readonly<Record<string, Operation>>
}

/** A path under the base, and what is asked there. */
export interface Address {
  path: string
  query: Record<string, QueryValue>
}

export interface Surface {
  /** Its base URL, without a trailing slash; unlike `base` it is given an explicit `baseUrl` among the settings. */
  base(settings: Record<string, string>): string
  /** Where the sandbox has it beneath the contract's own base: `/log_search`. */
  path: string
}

interface Told {
  code: string
  message: string
}

export interface Switch {
  about: string
  values: readonly [string, ...string[]]
  /** Any other text is taken too (a number of rows, a list of names). */
  free?: boolean
  /** What the simulation sets it to by turns; default: all of `values`, and a free switch rests. */
  hostile?: readonly string[]
  /** What is said differs as well, not only how it is said: other words, or rows that say more. */
  alters?: true
}

export interface SettingField {
  name: string
  label: string
  help: string
  secret?: boolean
  required?: boolean
  options?: readonly string[]
  default?: string
  /** A well-formed value; `hint` says what one looks like. */
  pattern?: RegExp
  hint?: string
  /** What is wrong with a value, in one line; for values with an inside of their own. */
  check?(value: string): string | undefined
}

/** Every vendor can be pointed elsewhere: a proxy, or the sandbox. */
export const baseUrlField: SettingField = {
  name: 'baseUrl',
  label: 'Base URL',
  help: 'Only for a proxy or the sandbox: replaces the address that the other fields make.',
  pattern: /^https?:\/\/[^\s?#]+$/,
  hint: 'an http(s) address without query',
}

export function baseOf(contract: Contract, settings: Record<string, string>, surface?: string): string {
  const other = surface === undefined ? undefined : contract.surfaces?.[surface]
  if (other !== undefined) return other.base(settings).replace(/\/+$/, '')
  const own = settings['baseUrl']
  const base = own === undefined || own === '' ? contract.base(settings) : own
  return withoutEcho(base.replace(/\/+$/, ''), contract.version)
}

/** Documents print paths with the version although the base ends in it: joined, `/v3/v3` comes out. */
function withoutEcho(base: string, version: string): string {
  if (version === '') return base
  const step = `/+${version.replaceAll('.', '\\.')}`
  return base.replace(new RegExp(`(?:${step}){2,}(?=/|$)`, 'g'), `/${version}`)
}

/** Fills defaults and says in one line each what is missing or malformed. Values of secret fields are never named. */
export function checkSettings(
  contract: Contract,
  given: Record<string, string>,
): { settings: Record<string, string>; problems: string[] } {
  const settings: Record<string, string> = {}
  const problems: string[] = []
  for (const field of contract.settings) {
    const value = given[field.name]?.trim() || (field.default ?? '')
    const problem = value === '' ? missing(field, given) : malformed(field, value)
    if (problem !== undefined) problems.push(problem)
    else if (value !== '') settings[field.name] = value
  }
  const known = contract.settings.map((field) => field.name)
  for (const name of Object.keys(given)) {
    if (!known.includes(name))
      problems.push(`${name} is not a setting of ${contract.title}: use ${known.join(', ')}`)
  }
  return { settings, problems }
}

function missing(field: SettingField, given: Record<string, string>): string | undefined {
  if (field.required !== true || ((given['baseUrl'] ?? '') !== '' && field.secret !== true)) return undefined
  return `${field.name} is missing: ${field.help}`
}

function malformed(field: SettingField, value: string): string | undefined {
  if (field.options !== undefined && !field.options.includes(value)) {
    return `${field.name} "${value}" is not known: use ${field.options.join(', ')}`
  }
  if (field.pattern === undefined || field.pattern.test(value)) return field.check?.(value)
  const shown = field.secret === true ? '' : ` "${value}"`
  return `${field.name}${shown} is malformed: it must be ${field.hint ?? 'well-formed'}`
}

export function paceOf(contract: Contract, settings: Record<string, string>): Pace {
  return contract.pace?.(settings) ?? contract.limits.pace
}

export function secretsOf(contract: Contract, settings: Readonly<Record<string, string>>): string[] {
  return contract.settings
    .filter((field) => field.secret === true)
    .map((field) => settings[field.name] ?? '')
    .filter((value) => value !== '')
}

export function defaultSwitches(contract: Contract): Record<string, string> {
  return Object.fromEntries(Object.entries(contract.switches).map(([name, rule]) => [name, rule.values[0]]))
}
