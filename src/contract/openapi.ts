import * as z from 'zod'

import type { Contract } from './contract.ts'
import type { Operation } from './operation.ts'

/** The contract as an OpenAPI 3.1 document. */
export function toOpenApi(contract: Contract, servers: string[]): Record<string, unknown> {
  const paths: Record<string, Record<string, unknown>> = {}
  for (const op of Object.values(contract.operations)) {
    paths[op.path] = { ...paths[op.path], [op.method.toLowerCase()]: describe(op) }
  }
  return {
    openapi: '3.1.0',
    info: { title: contract.title, version: contract.version, description: contract.about },
    servers: servers.map((url) => ({ url })),
    paths,
  }
}

function describe(op: Operation): Record<string, unknown> {
  const content = op.plain === true ? { 'text/plain': { schema: { type: 'string' } } } : jsonContent(answerSchema(op))
  const out: Record<string, unknown> = {
    operationId: op.id,
    summary: op.summary,
    tags: [op.id.split('.')[0]],
    parameters: [...pathParameters(op), ...queryParameters(op)],
    responses: { [op.status ?? 200]: { description: 'Success', content }, default: { description: 'An error' } },
    'x-source': op.source,
  }
  if (op.body !== undefined) out['requestBody'] = { required: true, content: jsonContent(schemaOf(op.body, 'input')) }
  if (op.permission !== undefined) out['x-permission'] = op.permission
  return out
}

/** A list's envelope, shown by writing an empty page with the row's schema in its place. */
function answerSchema(op: Operation): unknown {
  const row = schemaOf(op.answer, 'output')
  if (op.paging === undefined) return row
  const envelope = op.paging.write([], op.paging.first(), {})
  const array = { type: 'array', items: row }
  if (Array.isArray(envelope) || typeof envelope !== 'object' || envelope === null) return array
  const properties = Object.fromEntries(
    Object.entries(envelope).map(([key, value]) => [key, Array.isArray(value) ? array : typed(value)]),
  )
  return { type: 'object', properties }
}

function typed(value: unknown): unknown {
  if (typeof value === 'object' && value !== null) {
    return { type: 'object', properties: Object.fromEntries(Object.entries(value).map(([k, v]) => [k, typed(v)])) }
  }
  return value === null ? {} : { type: typeof value }
}

function schemaOf(schema: z.ZodType, io: 'input' | 'output'): unknown {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' })
  return rest
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

function queryParameters(op: Operation): unknown[] {
  return Object.entries({ ...op.query?.shape, ...op.paging?.query }).map(([name, type]) => ({
    name,
    in: 'query',
    required: !z.safeParse(type, undefined).success,
    schema: schemaOf(type as z.ZodType, 'input'), // shapes hold full Zod types
  }))
}
