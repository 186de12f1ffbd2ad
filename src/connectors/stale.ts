import { readJson } from '../contract/body.ts'
import { isObject } from '../contract/errors.ts'

const day = 86_400_000

/**
 * Whether a row is an old version of what is held, by the time of the last change that stands in both: a replica that
 * lags hands out what was before, and what was closed must not open again for that. After a day the vendor's word counts
 * whatever its time: then it has meant it (a backup was restored, say).
 */
export function isStale(body: string, held: string | undefined, field: string, now: number): boolean {
  if (held === undefined || held === body) return false
  const [told, known] = [changeIn(body, field), changeIn(held, field)]
  return told !== undefined && known !== undefined && told < known && now - known < day
}

function changeIn(body: string, field: string): number | undefined {
  const read = readJson(body)
  const value = read.ok && isObject(read.value) ? read.value[field] : undefined
  const time = typeof value === 'string' ? Date.parse(value) : Number.NaN
  return Number.isNaN(time) ? undefined : time
}
