import * as z from 'zod'

import type { RawQuery } from './wire.ts'

/** How a contract writes a list in a query string. */
export type ArrayStyle = 'comma' | 'repeat' | 'brackets'

type Scalar = string | number | boolean
export type QueryValue = Scalar | readonly Scalar[] | null | undefined

/** The client half: values to a query string, in the order given, without absent ones and lists without items. */
export function encodeQuery(query: Record<string, QueryValue>, arrays: ArrayStyle): string {
  const out = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) {
    if (value === undefined || value === null) continue
    if (!Array.isArray(value)) out.append(name, String(value))
    else if (arrays === 'comma' && value.length > 0) out.append(name, value.join(','))
    else if (arrays !== 'comma')
      for (const item of value) out.append(arrays === 'brackets' ? `${name}[]` : name, String(item))
  }
  return out.toString()
}

/**
 * The server half: a raw query to the object that `schema` describes. Lists are taken in all three styles, booleans
 * without regard to case; what does not parse is left as text, so that the schema's own message names it.
 */
export function decodeQuery(schema: z.ZodObject, raw: RawQuery): Record<string, unknown> {
  const out: Record<string, unknown> = {}
  for (const { name, brackets, type } of fieldsOf(schema)) {
    const [plain, bracketed] = [raw.get(name), raw.get(brackets)]
    const values = bracketed === undefined ? plain : [...(plain ?? []), ...bracketed]
    if (values !== undefined) out[name] = decodeValue(type, values)
  }
  return out
}

interface QueryField {
  name: string
  brackets: string
  type: z.core.$ZodType
}

const fields = new WeakMap<z.ZodObject, readonly QueryField[]>()

function fieldsOf(schema: z.ZodObject): readonly QueryField[] {
  const known = fields.get(schema)
  if (known !== undefined) return known
  const found = Object.entries(schema.shape).map(([name, type]) => ({
    name,
    brackets: `${name}[]`,
    type: bare(type),
  }))
  fields.set(schema, found)
  return found
}

function decodeValue(type: z.core.$ZodType, values: string[]): unknown {
  if (type instanceof z.ZodArray) {
    const item = bare(type.element)
    const items = values.flatMap((value) => value.split(',')).map((value) => value.trim())
    return items.filter((value) => value !== '').map((value) => decodeScalar(item, value))
  }
  return decodeScalar(type, values.at(-1) ?? '')
}

function decodeScalar(type: z.core.$ZodType, text: string): unknown {
  if (type instanceof z.ZodNumber) return /^-?\d+(\.\d+)?(e[+-]?\d+)?$/i.test(text) ? Number(text) : text
  if (type instanceof z.ZodBoolean) return booleans.get(text.toLowerCase()) ?? text
  return text
}

const booleans = new Map([
  ['true', true],
  ['1', true],
  ['false', false],
  ['0', false],
])

const bareTypes = new WeakMap<z.core.$ZodType, z.core.$ZodType>()

/** The type as it is written on the wire: under `optional`, `nullable`, `default` and the like, and before a transform. */
function bare(type: z.core.$ZodType): z.core.$ZodType {
  const known = bareTypes.get(type) ?? unwrapped(type)
  bareTypes.set(type, known)
  return known
}

function unwrapped(type: z.core.$ZodType): z.core.$ZodType {
  if (type instanceof z.ZodPipe) return bare(type.in)
  const wraps = [z.ZodOptional, z.ZodNullable, z.ZodDefault, z.ZodPrefault, z.ZodReadonly, z.ZodCatch]
  const found = wraps.find((wrap) => type instanceof wrap)
  return found === undefined ? type : bare((type as z.ZodOptional).unwrap()) // all of them unwrap
}
