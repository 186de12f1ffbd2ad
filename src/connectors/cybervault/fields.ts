import * as z from 'zod'

import { words } from '../../contract/hints.ts'
/** The few kinds of field that CyberVault's rows are made of. Only two endpoints are documented: nothing is relied on. */

export const text = z.string().nullish()
export const severityWord = words('informational', 'low', 'medium', 'high', 'critical').nullish()
export const stamp = z.string().nullish()
export const flag = z.boolean().nullish()
export const number = z.union([z.number(), z.string()]).nullish()
export const texts = z.array(z.string()).nullish()

export const target = z.looseObject({ type: text, value: number }).nullish()

/** A word of a list; that it is missing is told as for any other field. */
export function oneOf(words: readonly string[]) {
  const error = ({ input }: { input?: unknown }) => {
    return input === undefined ? `expected one of ${words.join(', ')}, received undefined` : undefined
  }
  return z.enum(words, { error })
}

/** Epoch ms, or undefined when there is no time to read. */
export function timeOf(value: string | null | undefined): number | undefined {
  const time = Date.parse(value ?? '')
  return Number.isNaN(time) ? undefined : time
}

/** Whole seconds with `Z`, as CyberVault prints times. */
export function stampOf(time: number): string {
  return `${new Date(time).toISOString().slice(0, -'.000Z'.length)}Z`
}

export function numberOf(value: unknown): number | undefined {
  const found = typeof value === 'string' && value.trim() !== '' ? Number(value) : value
  return typeof found === 'number' && Number.isFinite(found) ? found : undefined
}
