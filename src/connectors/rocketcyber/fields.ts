import * as z from 'zod'

import { words } from '../../contract/hints.ts'
/** The few kinds of field that RocketCyber's rows are made of, read with tolerance. */

/** Ids come as numbers and as texts, sometimes for the same thing. */
export const id = z.union([z.string().min(1), z.int()]).transform(String)

/** Templates of the vendor leave the literal text UNDEFINED where a value is missing. */
export const text = z.string().transform(definedText).nullish()

/** An open enum. */
export function word(...known: readonly string[]) {
  return words(...known)
    .transform(definedText)
    .nullish()
}

export const count = z.coerce.number().nullish()

const undefinedText = /^\s*UNDEFINED\s*$/

function definedText(value: string): string | null {
  return undefinedText.test(value) ? null : value
}

/** `51.3.135` → `135`: the last segment of a path is the account's own id. */
export function lastSegment(path: string | null | undefined): string | undefined {
  const last = path?.split('.').at(-1)?.trim()
  return last === undefined || last === '' ? undefined : last
}

/** Epoch ms, or undefined when there is no time to read. */
export function timeOf(value: string | null | undefined): number | undefined {
  const time = Date.parse(value ?? '')
  return Number.isNaN(time) ? undefined : time
}

/** `start|end` as the date filters take it; either side may be open. */
export function range(from: number | undefined, to?: number): string {
  return `${isoOf(from)}|${isoOf(to)}`
}

function isoOf(time: number | undefined): string {
  return time === undefined ? '' : new Date(time).toISOString()
}

/** The two ends of a range, or undefined when it is malformed. */
export function readRange(value: string): { from: number; to: number } | undefined {
  const [start = '', end = '', ...more] = value.split('|').map((side) => side.trim())
  if (more.length > 0 || (start === '' && end === '')) return undefined
  const from = start === '' ? -Infinity : startOf(start)
  const to = end === '' ? Infinity : endOf(end)
  return Number.isNaN(from) || Number.isNaN(to) ? undefined : { from, to }
}

function startOf(value: string): number {
  return /^\d{4}-\d\d-\d\d/.test(value) ? Date.parse(value) : Number.NaN
}

/** A bare date as an end means the whole of that day. */
function endOf(value: string): number {
  return startOf(value) + (/^\d{4}-\d\d-\d\d$/.test(value) ? 86_399_999 : 0)
}

/** The query types that more than one resource uses. */
export const query = {
  accountId: z
    .array(z.int())
    .optional()
    .describe('one or more account ids; left out: all that the key can see'),
  oneAccount: z.int().optional().describe('one account id'),
  range: z
    .string()
    .refine(
      (value) => readRange(value) !== undefined,
      'must be start|end, dates or UTC timestamps, one side may be empty',
    )
    .optional()
    .describe('start|end'),
  sort: z
    .string()
    .regex(/^\w+:(asc|desc)$/i, 'must be field:asc or field:desc')
    .optional()
    .describe('field:asc or field:desc'),
  texts: z.array(z.string()).optional(),
} as const
