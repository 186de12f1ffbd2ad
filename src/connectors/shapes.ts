import { isObject } from '../contract/errors.ts'

/** Other forms of the same row, for the sandboxes: what the readers of a vendor must not mind. */

type Row = Readonly<Record<string, unknown>>

/** What has no value is not there, instead of `null`. */
export function withoutNulls(row: Row): Record<string, unknown> {
  return Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null))
}

/** Fields of these names are not there. */
export function without(row: Row, names: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(Object.entries(row).filter(([name]) => !names.includes(name)))
}

const stamp = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d+))?Z$/

/** Times with whole seconds, with milliseconds, or with `+00:00` in place of `Z`, however deep they stand. */
export function restamped(value: unknown, form: string | undefined): unknown {
  if (typeof value === 'string') {
    const [, second, fraction = ''] = stamp.exec(value) ?? []
    if (second === undefined) return value
    if (form === 'offset') return value.replace(/Z$/, '+00:00')
    return form === 'milliseconds' ? `${second}.${fraction.padEnd(3, '0')}Z` : `${second}Z`
  }
  if (Array.isArray(value)) return value.map((one) => restamped(one, form))
  if (!isObject(value)) return value
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, restamped(one, form)]))
}

/** Numbers of fields that name something are told as texts: `id`, `project_id`, `assignee_ids`. */
export function withTextIds(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withTextIds)
  if (!isObject(value)) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, one]) => [
      name,
      /(?:^|_)ids?$/.test(name) ? asText(one) : withTextIds(one),
    ]),
  )
}

function asText(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(asText)
  return typeof value === 'number' ? String(value) : value
}
