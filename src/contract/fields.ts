import * as z from 'zod'

import { isObject } from './errors.ts'

/** One field of a body as a reader of the documentation looks for it. */
export interface Field {
  /** From the top: `data[].account.name`; empty for a body that is no object. */
  path: string
  type: string
  required: boolean
  about: string
}

type Schema = Record<string, unknown>

export function jsonSchema(schema: z.ZodType, io: 'input' | 'output'): Schema {
  return z.toJSONSchema(schema, { io, unrepresentable: 'any' })
}

/** Every field of a JSON schema, parents before their parts. One that holds itself is shown once. */
export function fieldsOf(schema: unknown, defs = defsOf(schema)): Field[] {
  const root = isObject(schema) ? schema : {}
  const inner = partsOf(root, '', { root, defs, within: [] })
  return inner.length > 0
    ? inner
    : [{ path: '', type: typeOf(root, { root, defs, within: [] }), required: true, about: aboutOf(root) }]
}

interface Where {
  root: Schema
  defs: Schema
  /** References that we are inside of. */
  within: readonly string[]
}

function defsOf(schema: unknown): Schema {
  return isObject(schema) && isObject(schema['$defs']) ? schema['$defs'] : {}
}

function partsOf(given: Schema, path: string, where: Where): Field[] {
  const opened = open(given, where)
  if (opened === undefined) return []
  const { schema, within } = opened
  const inside = { ...where, within }
  const required = Array.isArray(schema['required']) ? (schema['required'] as unknown[]) : []
  const properties = isObject(schema['properties']) ? Object.entries(schema['properties']) : []
  const own = properties.flatMap(([name, part]) => {
    const at = path === '' ? name : `${path}.${name}`
    return isObject(part)
      ? [fieldAt(part, at, required.includes(name), inside), ...partsOf(part, at, inside)]
      : []
  })
  const items = isObject(schema['items']) ? partsOf(schema['items'], `${path}[]`, inside) : []
  const extra = schema['additionalProperties']
  const named = isObject(extra) && Object.keys(extra).length > 0 ? partsOf(extra, `${path}.*`, inside) : []
  const choices = choicesOf(schema).flatMap((choice) => partsOf(choice, path, inside))
  // What several choices share is told once.
  return [
    ...new Map(
      [...own, ...items, ...named, ...choices].toReversed().map((field) => [field.path, field]),
    ).values(),
  ].toReversed()
}

function fieldAt(part: Schema, path: string, required: boolean, where: Where): Field {
  const schema = open(part, where)?.schema ?? {}
  return { path, type: typeOf(part, where), required, about: aboutOf(part) || aboutOf(schema) }
}

/** What a reference leads to; undefined where it leads back to what we are inside of. */
function open(
  schema: Schema,
  { root, defs, within }: Where,
): { schema: Schema; within: readonly string[] } | undefined {
  const reference = schema['$ref']
  if (typeof reference !== 'string') return { schema, within }
  if (within.includes(reference)) return undefined
  const target = reference === '#' ? root : defs[reference.replace(/^#\/\$defs\//, '')]
  return isObject(target) ? { schema: target, within: [...within, reference] } : undefined
}

function choicesOf(schema: Schema): Schema[] {
  return [schema['anyOf'], schema['oneOf'], schema['allOf']].flatMap((list) =>
    Array.isArray(list) ? list.filter(isObject) : [],
  )
}

function typeOf(given: Schema, where: Where): string {
  const schema = open(given, where)?.schema ?? { type: 'object' }
  const choices = choicesOf(schema)
  if (choices.length > 0) return [...new Set(choices.map((choice) => typeOf(choice, where)))].join(' or ')
  if (Array.isArray(schema['enum'])) return schema['enum'].map((one) => JSON.stringify(one)).join(' or ')
  if ('const' in schema) return JSON.stringify(schema['const'])
  const { type, items } = schema
  if (type === 'array') return `list of ${isObject(items) ? typeOf(items, where) : 'anything'}`
  if (Array.isArray(type)) return type.join(' or ')
  if (typeof type !== 'string') return 'anything'
  return typeof schema['format'] === 'string' ? `${type} (${schema['format']})` : type
}

/** Description, bounds and default, as far as they are known. */
function aboutOf(schema: Schema): string {
  const { description, minimum, maximum, default: usual } = schema
  const low = typeof minimum === 'number' && minimum > Number.MIN_SAFE_INTEGER ? `from ${minimum}` : ''
  const high = typeof maximum === 'number' && maximum < Number.MAX_SAFE_INTEGER ? `up to ${maximum}` : ''
  const told = typeof description === 'string' ? description : ''
  const bounds = told === '' ? [low, high].filter(Boolean).join(' ') : ''
  return [told, bounds, usual === undefined ? '' : `default ${JSON.stringify(usual)}`]
    .filter(Boolean)
    .join('; ')
}
