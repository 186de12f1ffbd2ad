import * as z from 'zod'

import type { Contract } from './contract.ts'
import { isObject } from './errors.ts'
import type { Operation } from './operation.ts'

/** Schemas that are referred to, by name: those that hold themselves. */
type Shared = Record<string, unknown>

/** The contract as an OpenAPI 3.1 document. */
export function toOpenApi(contract: Contract, servers: string[]): Record<string, unknown> {
  const paths: Record<string, Record<string, unknown>> = {}
  const schemas: Shared = {}
  for (const op of Object.values(contract.operations)) {
    paths[op.path] = { ...paths[op.path], [op.method.toLowerCase()]: describe(op, schemas) }
  }
  return {
    openapi: '3.1.0',
    info: { title: contract.title, version: contract.version, description: contract.about },
    servers: servers.map((url) => ({ url })),
    paths,
    ...(Object.keys(schemas).length > 0 && { components: { schemas } }),
  }
}

function describe(op: Operation, shared: Shared): Record<string, unknown> {
  const out: Record<string, unknown> = {
    operationId: op.id,
    summary: op.summary,
    tags: [op.id.split('.')[0]],
    parameters: [...pathParameters(op), ...queryParameters(op, shared)],
    responses: { [op.status ?? 200]: success(op, shared), default: { description: 'An error' } },
    'x-source': op.source,
  }
  if (op.body !== undefined) {
    out['requestBody'] = { required: true, content: jsonContent(schemaOf(op.body, 'input', shared)) }
  }
  if (op.permission !== undefined) out['x-permission'] = op.permission
  return out
}

function success(op: Operation, shared: Shared): Record<string, unknown> {
  const description = 'Success'
  if (op.status === 204) return { description }
  if (op.plain === true) return { description, content: { 'text/plain': { schema: { type: 'string' } } } }
  return { description, content: jsonContent(answerSchema(op, shared)) }
}

function answerSchema(op: Operation, shared: Shared): unknown {
  return inEnvelope(op, schemaOf(op.answer, 'output', shared))
}

/** An answer's schema from its row's: a list's envelope is shown by writing an empty page. */
export function inEnvelope(op: Operation, row: unknown): unknown {
  return op.paging === undefined ? row : typed(op.paging.write([], op.paging.first(), {}), row)
}

function typed(value: unknown, row: unknown): unknown {
  if (Array.isArray(value)) return { type: 'array', items: row }
  if (!isObject(value)) return value === null ? {} : { type: typeof value }
  const present = Object.entries(value).filter(([, inner]) => inner !== undefined)
  return {
    type: 'object',
    properties: Object.fromEntries(present.map(([key, inner]) => [key, typed(inner, row)])),
  }
}

function schemaOf(schema: z.ZodType, io: 'input' | 'output', shared: Shared): unknown {
  const { $schema: _, $defs = {}, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' })
  const text = JSON.stringify({ ...rest, $defs })
  if (!text.includes('"$ref"')) return rest
  // A reference counts from the document's root, where this schema does not stand.
  const name = `schema${Object.keys(shared).length + 1}`
  const nameOf = (key: string): string => [name, key.replace(/^#(\/\$defs\/)?/, '')].filter(Boolean).join('.')
  const moved = (value: unknown): unknown =>
    JSON.parse(JSON.stringify(value), (key, inner: unknown) =>
      key === '$ref' && typeof inner === 'string' ? `#/components/schemas/${nameOf(inner)}` : inner,
    )
  shared[name] = moved(rest)
  for (const [key, inner] of Object.entries($defs)) shared[nameOf(key)] = moved(inner)
  return { $ref: `#/components/schemas/${name}` }
}

function jsonContent(schema: unknown): Record<string, unknown> {
  return { 'application/json': { schema } }
}

function pathParameters(op: Operation): unknown[] {
  return [...op.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }))
}

function queryParameters(op: Operation, shared: Shared): unknown[] {
  return Object.entries({ ...op.query?.shape, ...op.paging?.query }).map(([name, type]) => ({
    name,
    in: 'query',
    required: !z.safeParse(type, undefined).success,
    schema: schemaOf(type as z.ZodType, 'input', shared), // shapes hold full Zod types
  }))
}
