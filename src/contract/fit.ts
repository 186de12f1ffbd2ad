import * as z from 'zod'

import { isObject } from './errors.ts'

/**
 * A schema as plain functions, for rows by the thousand: what fits is handed back without a copy, where Zod makes a new
 * object and two more a field. It knows the few kinds of schema that rows are made of; whatever it cannot say yes to
 * (`unsure`), Zod decides, and Zod alone words what is wrong.
 */
export const unsure = Symbol('unsure')

/** The value as Zod would hand it on. The value itself, of freshly parsed JSON, is never changed. */
export type Fit = (value: unknown) => unknown

const known = new WeakMap<z.core.$ZodType, Fit>()

export function fitOf(schema: z.core.$ZodType): Fit {
  const found = known.get(schema) ?? made(schema)
  known.set(schema, found)
  return found
}

/** For what stands inside: Zod itself, where there is no shorter way. */
function made(schema: z.core.$ZodType): Fit {
  if (schema instanceof z.ZodLazy) {
    let inner: Fit | undefined
    return (value) => (inner ??= fitOf(schema.unwrap()))(value)
  }
  return simple(schema) ?? nested(schema) ?? ((value) => byZod(schema, value))
}

function byZod(schema: z.core.$ZodType, value: unknown): unknown {
  const parsed = value === undefined ? undefined : z.safeParse(schema, value)
  return parsed?.success === true ? parsed.data : unsure
}

/** Kinds that hand on what they are given. */
function simple(schema: z.core.$ZodType): Fit | undefined {
  if (schema instanceof z.ZodUnknown) return (value) => (value === undefined ? unsure : value)
  if (schema instanceof z.ZodBoolean && schema.def.coerce !== true)
    return (value) => (typeof value === 'boolean' ? value : unsure)
  if (schema instanceof z.ZodString) return text(schema)
  if (schema instanceof z.ZodNumber) return number(schema)
  if (schema instanceof z.ZodEnum) return oneOf(new Set(schema.options))
  if (schema instanceof z.ZodLiteral) return oneOf(schema.values)
  return undefined
}

function oneOf(values: ReadonlySet<unknown>): Fit {
  return (value) => (values.has(value) ? value : unsure)
}

function text(schema: z.ZodString): Fit | undefined {
  const least = leastOf(schema)
  if (least === undefined || schema.def.coerce === true || schema.def.type !== 'string') return undefined
  return (value) => (typeof value === 'string' && value.length >= least ? value : unsure)
}

/** The shortest length, where nothing else is asked for. */
function leastOf(schema: z.ZodString): number | undefined {
  const checks = schema.def.checks ?? []
  if (schema instanceof z.ZodStringFormat || checks.length > 1) return undefined
  if (checks.length === 0) return 0
  return schema.maxLength === null && schema.minLength !== null ? schema.minLength : undefined
}

/** Also where Zod would make a number of it: what is one stays as it is. */
function number(schema: z.ZodNumber): Fit | undefined {
  if ((schema.def.checks ?? []).length > 0) return undefined
  if (!(schema instanceof z.ZodNumberFormat))
    return (value) =>
      Number.isFinite(value) ? value : schema.def.coerce === true ? byZod(schema, value) : unsure
  return schema.format === 'safeint' ? (value) => (Number.isSafeInteger(value) ? value : unsure) : undefined
}

function nested(schema: z.core.$ZodType): Fit | undefined {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodNullable) return orNothing(schema)
  if (schema instanceof z.ZodPipe) return transformed(schema)
  if ((schema as z.ZodType).def.checks?.length) return undefined
  if (schema instanceof z.ZodUnion) return either(schema)
  if (schema instanceof z.ZodArray) return list(schema.element)
  if (schema instanceof z.ZodRecord) return map(schema)
  return schema instanceof z.ZodObject ? object(schema) : undefined
}

/** `nullish` is one wrap in another: both at once. */
function orNothing(schema: z.ZodOptional | z.ZodNullable): Fit {
  let inner: z.core.$ZodType = schema
  let [absent, empty] = [false, false]
  while (inner instanceof z.ZodOptional || inner instanceof z.ZodNullable) {
    if (inner instanceof z.ZodOptional) absent = true
    else empty = true
    inner = inner.def.innerType
  }
  const fit = fitOf(inner)
  return (value) => {
    if (value === undefined) return absent ? undefined : unsure
    if (value === null) return empty ? null : unsure
    return fit(value)
  }
}

function transformed({ def }: z.ZodPipe): Fit | undefined {
  const { out } = def
  if (!(out instanceof z.ZodTransform) || out.def.checks?.length) return undefined
  const inner = fitOf(def.in)
  const { transform } = out.def
  // One that can object has two parameters, and that is Zod's to hear.
  if (transform.length > 1) return undefined
  return (value) => {
    const read = value === undefined ? unsure : inner(value)
    if (read === unsure) return unsure
    const result: unknown = transform(read, undefined as never) // it takes no second one
    return result instanceof Promise ? unsure : result
  }
}

/** A value has one JSON type, and so has each option: the first of that type decides. */
function either(schema: z.ZodUnion): Fit | undefined {
  const byType: Partial<Record<JsonType, Fit>> = {}
  for (const option of schema.options) {
    const types = typesOf(option)
    if (types === undefined) break // it might take anything: what comes after it is not asked
    for (const type of types) byType[type] ??= fitOf(option)
  }
  return (value) => {
    const fit = byType[jsonType(value)]
    return fit === undefined ? unsure : fit(value)
  }
}

type JsonType = 'string' | 'number' | 'boolean' | 'object' | 'array' | 'null' | 'none'

function jsonType(value: unknown): JsonType {
  switch (typeof value) {
    case 'string':
      return 'string'
    case 'number':
      return 'number'
    case 'boolean':
      return 'boolean'
    case 'object':
      return value === null ? 'null' : Array.isArray(value) ? 'array' : 'object'
    default:
      return 'none'
  }
}

/** What it may take; undefined where that is not known. */
function typesOf(schema: z.core.$ZodType): readonly JsonType[] | undefined {
  if (schema instanceof z.ZodOptional) return also(schema.def.innerType, 'none')
  if (schema instanceof z.ZodNullable) return also(schema.def.innerType, 'null')
  if (schema instanceof z.ZodPipe) return typesOf(schema.def.in)
  if (schema instanceof z.ZodUnion) {
    const all = schema.options.map(typesOf)
    return all.includes(undefined) ? undefined : all.flatMap((types) => types ?? [])
  }
  if (schema instanceof z.ZodString) return schema.def.coerce === true ? undefined : ['string']
  if (schema instanceof z.ZodNumber) return schema.def.coerce === true ? undefined : ['number']
  if (schema instanceof z.ZodBoolean) return schema.def.coerce === true ? undefined : ['boolean']
  if (schema instanceof z.ZodArray) return ['array']
  return schema instanceof z.ZodObject || schema instanceof z.ZodRecord ? ['object'] : undefined
}

function also(schema: z.core.$ZodType, type: JsonType): readonly JsonType[] | undefined {
  const types = typesOf(schema)
  return types && [...types, type]
}

function list(element: z.core.$ZodType): Fit {
  const fit = fitOf(element)
  return (value) => {
    if (!Array.isArray(value)) return unsure
    let out: unknown[] | undefined
    for (let i = 0; i < value.length; i++) {
      const item: unknown = value[i]
      const read = fit(item)
      if (read === unsure) return unsure
      if (read !== item) (out ??= value.slice())[i] = read
    }
    return out ?? value
  }
}

/** Of any keys; a map whose values would change is Zod's. */
function map(schema: z.ZodRecord): Fit | undefined {
  const { keyType, valueType } = schema.def
  if (!(keyType instanceof z.ZodString) || leastOf(keyType) !== 0) return undefined
  const fit = fitOf(valueType)
  return (value) => {
    if (!isObject(value)) return unsure
    for (const key in value) if (fit(value[key]) !== value[key]) return unsure
    return value
  }
}

/** Loose objects only: what is not named stays. */
function object(schema: z.ZodObject): Fit | undefined {
  if (!(schema.def.catchall instanceof z.ZodUnknown)) return undefined
  const fields = Object.entries(schema.shape).map(([key, type]) => ({ key, fit: fitOf(type) }))
  return (value) => {
    if (!isObject(value)) return unsure
    let out: Record<string, unknown> | undefined
    for (const { key, fit } of fields) {
      const given = value[key]
      const read = fit(given)
      if (read === unsure) return unsure
      if (read !== given) (out ??= { ...value })[key] = read
    }
    return out ?? value
  }
}
