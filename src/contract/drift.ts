import * as z from 'zod'

import { isObject } from './errors.ts'
import { hintOf } from './hints.ts'
import type { Operation } from './operation.ts'

/**
 * How real answers differ from what the contract says of them. `lacking`: a field that the contract does not have;
 * `missing`: one that it has and no answer had; `word`: one outside the known words; `unfit`: a value of another type.
 */
export interface Drift {
  kind: 'lacking' | 'missing' | 'word' | 'unfit'
  /** From the row: `alerts[].status`; `*` is any key of a map, and nothing at all is the row itself. */
  path: string
  /** In so many places, of so many looked at. */
  seen: number
  of: number
  /** Of `word` the words, of `unfit` what is wrong; never a value that may hold more than a word. */
  detail?: string
}

/** Rows enough to know a shape by. */
const enough = 1000

/** What a client has read while it was watched: the answers of each operation, of a list its rows. */
export class Answers {
  readonly #read = new Map<Operation, unknown[]>()

  /** To be a client's `onRead`. */
  readonly take = (op: Operation, values: readonly unknown[]): void => {
    const kept = this.#read.get(op) ?? []
    kept.push(...values.slice(0, enough - kept.length))
    this.#read.set(op, kept)
  }

  /** By operation; those without drift are left out. */
  drift(): { op: Operation; drift: Drift[] }[] {
    const all = [...this.#read].map(([op, values]) => ({ op, drift: driftOf(op.answer, values) }))
    return all.filter((one) => one.drift.length > 0)
  }

  get operations(): number {
    return this.#read.size
  }

  get rows(): number {
    return [...this.#read.values()].reduce((sum, values) => sum + values.length, 0)
  }
}

/** Pure: what was read, beside its schema. */
export function driftOf(schema: z.ZodType, values: readonly unknown[]): Drift[] {
  const places = new Map<string, Place>()
  for (const value of values) look(places, '', schema, value)
  const found = [...places].flatMap(([path, place]) => placeDrift(path, place))
  return [...found, ...unfit(schema, values)].toSorted(
    (a, b) => a.kind.localeCompare(b.kind) || a.path.localeCompare(b.path),
  )
}

/** One path, over all answers. */
interface Place {
  objects: number
  /** Of each key that was seen: how often. */
  keys: Map<string, number>
  /** The fields that the contract has here; undefined when it leaves the inside open. */
  fields: Map<string, z.core.$ZodType> | undefined
  texts: number
  /** Words that are not known, and how often. */
  words: Map<string, number>
}

function look(places: Map<string, Place>, path: string, schema: z.core.$ZodType, value: unknown): void {
  if (value === null || value === undefined) return
  const types = plainTypes(schema)
  if (Array.isArray(value)) {
    for (const type of types.filter((one) => one instanceof z.ZodArray))
      for (const item of value) look(places, `${path}[]`, type.element, item)
  } else if (isObject(value)) lookInside(places, path, types, value)
  else if (typeof value === 'string') lookAtWord(places, path, types, value)
}

function lookInside(
  places: Map<string, Place>,
  path: string,
  types: readonly z.core.$ZodType[],
  value: Record<string, unknown>,
): void {
  const under = (key: string): string => (path === '' ? key : `${path}.${key}`)
  for (const map of types.filter((one) => one instanceof z.ZodRecord))
    for (const inner of Object.values(value)) look(places, under('*'), map.valueType, inner)
  const shape = shapeOf(types)
  if (shape === undefined) return
  const place = placeAt(places, path)
  place.objects++
  place.fields = shape
  for (const [key, inner] of Object.entries(value)) {
    place.keys.set(key, (place.keys.get(key) ?? 0) + 1)
    const field = shape.get(key)
    if (field !== undefined) look(places, under(key), field, inner)
  }
}

function lookAtWord(
  places: Map<string, Place>,
  path: string,
  types: readonly z.core.$ZodType[],
  value: string,
): void {
  const known = types.flatMap((type) => hintOf(type).words ?? enumOf(type))
  if (known.length === 0) return
  const place = placeAt(places, path)
  place.texts++
  if (known.some((word) => word.toLowerCase() === value.toLowerCase())) return
  place.words.set(value, (place.words.get(value) ?? 0) + 1)
}

function enumOf(type: z.core.$ZodType): string[] {
  return type instanceof z.ZodEnum ? type.options.map(String) : []
}

function placeAt(places: Map<string, Place>, path: string): Place {
  const found = places.get(path) ?? {
    objects: 0,
    keys: new Map(),
    fields: undefined,
    texts: 0,
    words: new Map(),
  }
  places.set(path, found)
  return found
}

/** What a value may be, under `optional`, `nullable` and the like, each side of a union, before a transform. */
function plainTypes(schema: z.core.$ZodType): z.core.$ZodType[] {
  if (schema instanceof z.ZodPipe) return plainTypes(schema.in)
  if (schema instanceof z.ZodLazy) return plainTypes(schema.unwrap())
  if (schema instanceof z.ZodUnion) return schema.options.flatMap(plainTypes)
  const wraps = [z.ZodOptional, z.ZodNullable, z.ZodDefault, z.ZodPrefault, z.ZodReadonly, z.ZodCatch]
  return wraps.some((wrap) => schema instanceof wrap)
    ? plainTypes((schema as z.ZodOptional).unwrap()) // all of them unwrap
    : [schema]
}

/** The fields of the object types together; undefined when none names any. */
function shapeOf(types: readonly z.core.$ZodType[]): Map<string, z.core.$ZodType> | undefined {
  const shapes = types.filter((one) => one instanceof z.ZodObject).map((one) => Object.entries(one.shape))
  if (shapes.every((shape) => shape.length === 0)) return undefined
  return new Map(shapes.flat() as [string, z.core.$ZodType][]) // a shape holds nothing else
}

function placeDrift(path: string, place: Place): Drift[] {
  const under = (key: string): string => (path === '' ? key : `${path}.${key}`)
  const fields = place.fields ?? new Map<string, z.core.$ZodType>()
  const of = place.objects
  const lacking = [...place.keys]
    .filter(([key]) => place.fields !== undefined && !fields.has(key))
    .map(([key, seen]): Drift => ({ kind: 'lacking', path: under(key), seen, of }))
  const missing = [...fields]
    .filter(([key, field]) => !place.keys.has(key) && !isSometimes(field))
    .map(([key]): Drift => ({ kind: 'missing', path: under(key), seen: 0, of }))
  return [...lacking, ...missing, ...strangeWords(path, place)]
}

function strangeWords(path: string, { words, texts }: Place): Drift[] {
  if (words.size === 0) return []
  const seen = [...words.values()].reduce((sum, count) => sum + count, 0)
  const shown = [...words.keys()].toSorted().map((word) => JSON.stringify(word.slice(0, 40)))
  const more = shown.length > 5 ? ` and ${shown.length - 5} more` : ''
  return [{ kind: 'word', path, seen, of: texts, detail: `${shown.slice(0, 5).join(', ')}${more}` }]
}

function isSometimes(schema: z.core.$ZodType): boolean {
  if (hintOf(schema).sometimes === true) return true
  const inner =
    schema instanceof z.ZodOptional || schema instanceof z.ZodNullable ? schema.unwrap() : undefined
  return inner !== undefined && isSometimes(inner)
}

function unfit(schema: z.ZodType, values: readonly unknown[]): Drift[] {
  const found = new Map<string, { seen: number; detail: string }>()
  for (const value of values) {
    for (const { path, message } of schema.safeParse(value).error?.issues ?? []) {
      const place = path.map((step) => (typeof step === 'number' ? '[]' : `.${String(step)}`)).join('')
      const one = found.get(place) ?? { seen: 0, detail: message }
      found.set(place, { ...one, seen: one.seen + 1 })
    }
  }
  return [...found].map(([place, one]) => ({
    kind: 'unfit',
    path: place.replace(/^\./, ''),
    of: values.length,
    ...one,
  }))
}
