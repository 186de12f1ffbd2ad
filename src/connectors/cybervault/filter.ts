import { parseJson } from '../../contract/body.ts'
import { isObject } from '../../contract/errors.ts'
import { Refusal } from '../../contract/refusal.ts'
import type { RawQuery } from '../../contract/wire.ts'
import { type Comparable, type Row, comparable, compare, valuesAt } from './values.ts'

/** The JSON filter. Only "a JSON object" is documented; the grammar is that of section 5.5 of the contract document. */

export type Test = (row: Row) => boolean

const maxDepth = 4
const maxLength = 4096

const refused = (message: string): Refusal => new Refusal(400, 'invalid_filter', message)

/** `filter={"severity":"high"}` and `filter[severity]=high`, as one object; undefined when neither is there. */
export function givenFilter(filter: unknown, raw: RawQuery): Record<string, unknown> | undefined {
  const brackets = [...raw].flatMap(([name, values]) => {
    const field = /^filter\[([^\]]+)\]$/.exec(name)?.[1]
    return field === undefined ? [] : [[field, values.at(-1) ?? ''] as const]
  })
  const object = typeof filter === 'string' ? parsed(filter) : undefined
  if (brackets.length === 0) return object
  return { ...object, ...Object.fromEntries(brackets) }
}

function parsed(text: string): Record<string, unknown> {
  if (text.length > maxLength) throw refused(`The filter is longer than ${maxLength} characters.`)
  let value: unknown
  try {
    value = parseJson(text)
  } catch {
    throw refused('The filter is not valid JSON.')
  }
  if (!isObject(value)) throw refused('The filter is not a JSON object.')
  return value
}

/** One test for all that the filter says. Fields are joined by AND. */
export function readFilter(filter: Record<string, unknown>, fields: readonly string[], depth = 1): Test {
  if (depth > maxDepth) throw refused(`The filter is deeper than ${maxDepth}.`)
  const tests = Object.entries(filter).map(([name, condition]) =>
    name === 'or' ? anyOf(condition, fields, depth) : fieldTest(name, condition, fields),
  )
  return (row) => tests.every((test) => test(row))
}

function anyOf(condition: unknown, fields: readonly string[], depth: number): Test {
  if (!Array.isArray(condition) || !condition.every(isObject))
    throw refused('"or" takes a list of filter objects.')
  const tests = condition.map((inner) => readFilter(inner, fields, depth + 1))
  return (row) => tests.some((test) => test(row))
}

function fieldTest(field: string, condition: unknown, fields: readonly string[]): Test {
  if (!fields.includes(field)) throw refused(`"${field}" cannot be filtered by: use ${fields.join(', ')}.`)
  const conditions = isObject(condition) ? condition : { [Array.isArray(condition) ? 'in' : 'eq']: condition }
  const checks = Object.entries(conditions).map(([operator, value]) => {
    const make = operators[operator]
    if (make === undefined)
      throw refused(`"${operator}" is not an operator: use ${Object.keys(operators).join(', ')}.`)
    return make(field, value)
  })
  return (row) => {
    const values = valuesAt(row, field)
    return checks.every((check) => check(values))
  }
}

type Check = (values: unknown[]) => boolean

const operators: Record<string, (field: string, value: unknown) => Check> = {
  eq: (field, value) => has(field, [value]),
  ne: (field, value) => not(has(field, [value])),
  in: (field, value) => has(field, list(value)),
  nin: (field, value) => not(has(field, list(value))),
  gt: (field, value) => ordered(field, value, (sign) => sign > 0),
  gte: (field, value) => ordered(field, value, (sign) => sign >= 0),
  lt: (field, value) => ordered(field, value, (sign) => sign < 0),
  lte: (field, value) => ordered(field, value, (sign) => sign <= 0),
  contains: (_field, value) => contains(value),
  exists: (_field, value) => exists(value),
}

function has(field: string, wanted: unknown[]): Check {
  const keys = wanted.map((value) => operand(field, value))
  // A field without any value equals null.
  return (values) =>
    (values.length === 0 ? [null] : values).some((value) => keys.includes(comparable(field, value)))
}

function ordered(field: string, value: unknown, fits: (sign: number) => boolean): Check {
  const bound = operand(field, value)
  return (values) =>
    values.some((found) => {
      const own = comparable(field, found)
      return typeof own === typeof bound && own !== null && fits(compare(own, bound))
    })
}

function contains(value: unknown): Check {
  if (typeof value !== 'string') throw refused('"contains" takes a text.')
  const part = value.toLowerCase()
  return (values) => values.some((found) => typeof found === 'string' && found.toLowerCase().includes(part))
}

function exists(value: unknown): Check {
  if (typeof value !== 'boolean') throw refused('"exists" takes true or false.')
  return (values) => values.some((found) => found !== null) === value
}

function not(check: Check): Check {
  return (values) => !check(values)
}

function list(value: unknown): unknown[] {
  if (!Array.isArray(value)) throw refused('"in" and "nin" take a list.')
  return value
}

function operand(field: string, value: unknown): Comparable {
  if (typeof value === 'object' && value !== null)
    throw refused(`"${field}" is compared with a text, a number or true.`)
  const found = comparable(field, value)
  if (Number.isNaN(found)) throw refused(`"${field}" is compared with a timestamp.`)
  return found
}
