import * as z from 'zod'

import type { RawQuery } from './wire.ts'

/** How a contract writes a list in a query string. */
export type ArrayStyle = 'comma' | 'repeat' | 'brackets'

type Scalar = string | number | boolean
export type QueryValue = Scalar | readonly Scalar[] | null | undefined

/** The client half: values to a query string, in the order given, without the absent ones. */
export function encodeQuery(query: Record<string, QueryValue>, arrays: ArrayStyle): string {
  const out = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) {
    if (value === undefined || value === null) continue
    if (!Array.isArray(value)) out.append(name, String(value as Scalar)) // not an array and not absent: a scalar
    else if (arrays === 'comma') out.append(name, value.join(','))
    else for (const item of value) out.append(arrays === 'brackets' ? `${name}[]` : name, String(item))
  }
  return out.toString()
}

/**
 * The server half: a raw query to the object that `schema` describes. Lists are taken in all three styles, booleans
 * without regard to case; what does not parse is left as text, so that the schema's own message names it.
 */
export function decodeQuery(schema: z.ZodObject, raw: RawQuery): Record<string, unknown> {
  const out: Record<string, unknown> = {}
  for (const [name, type] of Object.entries(schema.shape)) {
    const values = raw.get(name) ?? raw.get(`${name}[]`)
    if (values !== undefined) out[name] = decodeValue(bare(type), values)
  }
  return out
}

function decodeValue(type: z.core.$ZodType, values: string[]): unknown {
  if (type instanceof z.ZodArray) {
    const item = bare(type.element)
    return values.flatMap((value) => value.split(',')).map((value) => decodeScalar(item, value.trim()))
  }
  return decodeScalar(type, values.at(-1) ?? '')
}

function decodeScalar(type: z.core.$ZodType, text: string): unknown {
  if (type instanceof z.ZodNumber) return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text
  if (type instanceof z.ZodBoolean) return { true: true, false: false, 1: true, 0: false }[text.toLowerCase()] ?? text
  return text
}

/** The type under `optional`, `nullable` and `default`. */
export function bare(type: z.core.$ZodType): z.core.$ZodType {
  let inner = type
  while (inner instanceof z.ZodOptional || inner instanceof z.ZodNullable || inner instanceof z.ZodDefault)
    inner = inner.unwrap()
  return inner
}
