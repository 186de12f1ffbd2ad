import type * as z from 'zod'

import { type Contract, type SettingField, type Switch, baseOf, defaultSwitches } from './contract.ts'
import { type Field, fieldsOf, jsonSchema } from './fields.ts'
import type { LimitRule, Pace } from './limits.ts'
import { inEnvelope } from './openapi.ts'
import { type Operation, isRepeatable } from './operation.ts'
import type { Paging } from './paging.ts'
import { type SaidNo, refusalsOf } from './refusals.ts'

/** A contract as somebody reads it who wants to call the API: every value is derived, none holds a key. */
export interface Reference {
  vendor: string
  title: string
  version: string
  about: string
  /** Its addresses, each with the settings that lead there. */
  bases: { of: string; url: string }[]
  settings: readonly SettingField[]
  /** Headers of every request; `<name>` stands for a setting. */
  headers: Record<string, string>
  refusals: SaidNo[]
  limits: {
    pace: Pace
    further: { rule: LimitRule; operations: string[] }[]
    granted: LimitRule | undefined
    headers: Record<string, string>
  }
  paging: PagingWords[]
  switches: Readonly<Record<string, Switch>>
  operations: OperationReference[]
  /** The oddities, in Markdown. */
  notes: string
}

export interface OperationReference {
  op: Operation
  url: string
  parameters: (Field & { in: 'path' | 'query' })[]
  body: Field[]
  answer: Field[]
  repeatable: boolean
}

/** One way of paging, and the lists that follow it. */
export interface PagingWords {
  first: string
  /** What changes for the next page; undefined where a list comes whole. */
  next: string | undefined
  stable: boolean
  lists: { id: string; rowsKeys: readonly string[] }[]
}

export async function toReference(contract: Contract, notes = ''): Promise<Reference> {
  const { vendor, title, version, about, settings, switches } = contract
  const operations = Object.values(contract.operations)
  return {
    vendor,
    title,
    version,
    about,
    bases: basesOf(contract),
    settings,
    headers: headersOf(contract),
    refusals: await refusalsOf(contract),
    limits: limitsOf(contract, operations),
    paging: pagingOf(operations, defaultSwitches(contract)),
    switches,
    operations: operations.map((op) => operationOf(contract, op)),
    notes,
  }
}

/** `<subdomain>` for what a person fills in. */
function placeholders({ settings }: Contract): Record<string, string> {
  const filled = settings.filter((field) => field.default !== undefined || field.required === true)
  return Object.fromEntries(filled.map((field) => [field.name, field.default ?? `<${field.name}>`]))
}

function basesOf(contract: Contract): { of: string; url: string }[] {
  const chosen = contract.settings.find((field) => field.options !== undefined)
  const values = chosen?.options ?? [undefined]
  const names = [undefined, ...Object.keys(contract.surfaces ?? {})]
  const all = names.flatMap((surface) =>
    values.map((value) => {
      const given = { ...placeholders(contract), ...(chosen && value && { [chosen.name]: value }) }
      const of = [surface, value && `${chosen?.name} ${value}`].filter(Boolean).join(', ')
      return { of, url: baseOf(contract, given, surface) }
    }),
  )
  // A choice that does not change the address is no choice of an address.
  return [...new Map(all.toReversed().map((base) => [base.url, base])).values()].toReversed()
}

function headersOf(contract: Contract): Record<string, string> {
  const names = contract.settings.map(({ name }) => [name, `<${name}>`])
  const given: Record<string, string> = Object.fromEntries(names)
  const headers: Record<string, string> = {}
  contract.auth.sign(headers, given)
  return { ...headers, ...contract.headers?.(given) }
}

function limitsOf(
  { limits, pace, ...contract }: Contract,
  operations: readonly Operation[],
): Reference['limits'] {
  const switches = defaultSwitches({ limits, ...contract })
  const [first] = operations
  const bare = { method: 'GET', path: first?.path ?? '/', search: '', headers: {}, body: '', ip: '127.0.0.1' }
  const granted = limits.grant(bare, switches)
  const ruled = operations.flatMap((op) => {
    const rule = limits.alsoPaced?.(op, {})
    return rule === undefined ? [] : [{ rule, id: op.id }]
  })
  const further = [...Map.groupBy(ruled, ({ rule }) => JSON.stringify(rule)).values()].flatMap((group) =>
    group.slice(0, 1).map(({ rule }) => ({ rule, operations: group.map(({ id }) => id) })),
  )
  const window = granted && {
    limit: granted.requests,
    remaining: granted.requests - 1,
    resetAt: granted.windowMs,
  }
  const headers = (window && limits.headers?.(window, 0, switches)) ?? {}
  return { pace: pace?.({}) ?? limits.pace, further, granted, headers }
}

function pagingOf(operations: readonly Operation[], switches: Record<string, string>): PagingWords[] {
  const lists = operations.flatMap(({ id, paging }) =>
    paging === undefined ? [] : [{ id, rowsKeys: paging.rowsKeys, words: wordsOf(paging, switches) }],
  )
  return [...Map.groupBy(lists, ({ words }) => JSON.stringify(words)).values()].flatMap((group) =>
    group.slice(0, 1).map(({ words }) => ({
      ...words,
      lists: group.map(({ id, rowsKeys }) => ({ id, rowsKeys })),
    })),
  )
}

/** More rows than any page holds, so that the page that is written has a next one. */
const manyRows = Array.from({ length: 2000 }, (_, i) => ({
  id: `${i}`,
  created_at: '2026-01-01T00:00:00Z',
  updated_at: '2026-01-01T00:00:00Z',
}))

function wordsOf(paging: Paging, switches: Record<string, string>): Omit<PagingWords, 'lists'> {
  const first = paging.first()
  const asked = paging.first(1)
  const reading = paging.read(paging.write(manyRows, asked, switches), asked)
  const next = typeof reading === 'string' ? undefined : reading.next
  const changed = Object.entries(next ?? {}).filter(([name, value]) => value !== asked[name])
  // Where behaviours cut the pages, nothing is cut here: what is not asked for at first comes from the answer.
  const later = Object.keys(paging.query).filter((name) => !(name in first))
  const query = next === undefined ? later.map((name) => [name, fromAnswer] as const) : changed
  return {
    first: textOf(Object.entries(first)),
    next: Object.keys(paging.query).length === 0 ? undefined : textOf(query),
    stable: paging.stable === true,
  }
}

const fromAnswer = '<from the answer>'

/** A cursor of ours would mislead: what counts is that it comes from the answer. */
function textOf(query: (readonly [string, unknown])[]): string {
  const shown = (value: unknown): unknown =>
    typeof value === 'string' && value.length > 12 ? fromAnswer : value
  return query.map(([name, value]) => `${name}=${String(shown(value))}`).join('&')
}

function operationOf(contract: Contract, op: Operation): OperationReference {
  const base = baseOf(contract, placeholders(contract), op.surface)
  return {
    op,
    url: `${base}${op.path}`,
    parameters: [...pathParameters(op), ...queryParameters(op)],
    body: op.body === undefined ? [] : fieldsOf(jsonSchema(op.body, 'input')),
    answer: op.plain === true || op.status === 204 ? [] : answerOf(op),
    repeatable: isRepeatable(op),
  }
}

/** What comes over the wire is what the schema takes; only where that is anything does it matter what it is read as. */
function answerOf(op: Operation): Field[] {
  const read = new Map(answerFields(op, 'output').map((field) => [field.path, field.type]))
  return answerFields(op, 'input').map((field) => {
    const vague = field.type.includes('anything')
    return vague ? { ...field, type: read.get(field.path) ?? field.type } : field
  })
}

/** The row's own definitions stay known inside of the envelope. */
function answerFields(op: Operation, io: 'input' | 'output'): Field[] {
  const row = jsonSchema(op.answer, io)
  if (op.paging === undefined) return fieldsOf(row)
  const defs = (row['$defs'] ?? {}) as Record<string, unknown> // as toJSONSchema makes them
  return fieldsOf(inEnvelope(op, { $ref: '#/$defs/row' }), { ...defs, row })
}

function pathParameters(op: Operation): OperationReference['parameters'] {
  return [...op.path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => ({
    path: name,
    in: 'path',
    type: 'string',
    required: true,
    about: '',
  }))
}

function queryParameters(op: Operation): OperationReference['parameters'] {
  const paging = Object.entries(op.paging?.query ?? {}) as [string, z.ZodType][] // shapes hold full Zod types
  const own = Object.entries(op.query?.shape ?? {}) as [string, z.ZodType][]
  return [...own, ...paging].map(([name, type]) => {
    const [field] = fieldsOf({ type: 'object', properties: { [name]: jsonSchema(type, 'input') } })
    const required = !type.safeParse(undefined).success
    return { path: name, type: 'anything', about: '', ...field, in: 'query', required }
  })
}
