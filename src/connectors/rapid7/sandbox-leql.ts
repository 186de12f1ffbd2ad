import { Refusal } from '../../contract/refusal.ts'
import { readJson } from '../../contract/body.ts'
import { isObject } from '../../contract/errors.ts'
import type { Entry } from './sandbox-log-events.ts'
import { badRequest } from './sandbox-query.ts'

/** As much of Rapid7's query language as the sandbox needs: where(), groupby() and calculate(count). */
export interface Leql {
  matches(entry: Entry): boolean
  /** Statistics instead of events. */
  statistics?: (entries: readonly Entry[]) => Record<string, unknown>
}

export function readLeql(statement: string): Leql {
  const where = clause(statement, 'where')
  if (where?.trim() === '') throw syntaxError()
  const matches = where === undefined ? () => true : testOf(where)
  const key = clause(statement, 'groupby')
  if (key !== undefined) return { matches, statistics: (entries) => grouped(entries, key.trim()) }
  if (clause(statement, 'calculate') !== undefined)
    return { matches, statistics: (entries) => counted(entries) }
  if (statement.trim() !== '' && where === undefined) throw syntaxError()
  return { matches }
}

function syntaxError(): Refusal {
  const message = 'Invalid Query Syntax: the query entered is invalid'
  return new Refusal(400, 'invalid_query', message, { body: { errorCode: 101_011, message } })
}

const clauses = {
  where: /\bwhere\(([^)]*)\)/i,
  groupby: /\bgroupby\(([^)]*)\)/i,
  calculate: /\bcalculate\(([^)]*)\)/i,
}

function clause(statement: string, name: keyof typeof clauses): string | undefined {
  return clauses[name].exec(statement)?.[1]
}

/** `key=value`, with quotes or without; anything else is looked for in the whole message. */
function testOf(text: string): (entry: Entry) => boolean {
  const [, key, value] = /^\s*([\w.]+)\s*=\s*"?([^"]*?)"?\s*$/.exec(text) ?? []
  if (key !== undefined && value !== undefined) return (entry) => fieldOf(entry, key) === value
  const word = text.replace(/^[\s"/]+|[\s"/]+$/g, '').toLowerCase()
  return (entry) => entry.message.toLowerCase().includes(word)
}

function fieldOf(entry: Entry, key: string): string | undefined {
  const body = readJson(entry.message)
  const value = body.ok && isObject(body.value) ? body.value[key] : undefined
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined
}

function grouped(entries: readonly Entry[], key: string): Record<string, unknown> {
  const counts = new Map<string, number>()
  for (const entry of entries) {
    const value = fieldOf(entry, key)
    if (value !== undefined) counts.set(value, (counts.get(value) ?? 0) + 1)
  }
  const groups = [...counts].map(([value, count]) => ({ [value]: { count } }))
  return { ...counted(entries), type: 'count', groups, cardinality: counts.size }
}

function counted(entries: readonly Entry[]): Record<string, unknown> {
  const times = entries.map((entry) => entry.time)
  return {
    type: 'count',
    stats: { global_timeseries: { count: entries.length } },
    groups: [],
    timeseries: {},
    groups_timeseries: [],
    cardinality: 0,
    granularity: 3_600_000,
    from: times[0] ?? 0,
    to: times.at(-1) ?? 0,
    status: 200,
    others: {},
    all_exact_result: true,
    count: entries.length,
  }
}

const units: Record<string, number> = {
  minute: 60_000,
  hour: 3_600_000,
  day: 86_400_000,
  week: 604_800_000,
  month: 2_592_000_000,
}

/** Free text in any case: `yesterday`, `Last 30 Days`. */
export function readTimeRange(text: string, now: number): { from: number; to: number } {
  const word = text.replaceAll('+', ' ').trim().toLowerCase()
  const today = now - (now % 86_400_000)
  if (word === 'today') return { from: today, to: now }
  if (word === 'yesterday') return { from: today - 86_400_000, to: today }
  const [, count = '1', unit = ''] = /^last\s+(?:(\d+)\s+)?(minute|hour|day|week|month)s?$/.exec(word) ?? []
  const length = units[unit]
  if (length === undefined) throw badRequest(`time_range: ${text} is not understood`)
  return { from: now - Number(count) * length, to: now }
}
