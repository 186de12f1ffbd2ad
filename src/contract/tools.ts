import type { ZodType } from 'zod'

import type { Contract } from './contract.ts'
import { jsonSchema } from './fields.ts'
import { type Operation, isRepeatable } from './operation.ts'

/** A tool as the Model Context Protocol describes one (https://modelcontextprotocol.io/specification, tools/list). */
export interface Tool {
  /** `syncro_tickets_list` */
  name: string
  title: string
  description: string
  inputSchema: Record<string, unknown>
  annotations: {
    readOnlyHint: boolean
    destructiveHint: boolean
    idempotentHint: boolean
    openWorldHint: true
  }
}

/** Every operation as a tool; a body stands under `body`, so that no field of it can be taken for a parameter. */
export function toTools({ vendor, operations }: Contract): Tool[] {
  return Object.values(operations)
    .filter((op) => op.alias !== true)
    .map((op) => toTool(vendor, op))
}

function toTool(vendor: string, op: Operation): Tool {
  const needs = op.permission === undefined ? '' : ` Needs ${op.permission.join(' or ')}.`
  return {
    name: `${vendor}_${op.id.replace(/\W/g, '_')}`,
    title: op.summary,
    description: `${op.summary} (${op.method} ${op.path}).${needs}`,
    inputSchema: inputOf(op),
    annotations: {
      readOnlyHint: op.method === 'GET',
      destructiveHint: op.method === 'DELETE',
      idempotentHint: isRepeatable(op),
      openWorldHint: true,
    },
  }
}

function inputOf(op: Operation): Record<string, unknown> {
  const path = [...op.path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => [name, { type: 'string' }] as const)
  const query = Object.entries({ ...op.query?.shape, ...op.paging?.query }) as [string, ZodType][] // full Zod types
  const body = op.body === undefined ? [] : [['body', op.body] as const]
  const parts = [...query, ...body].map(([name, type]) => [name, partOf(name, type)] as const)
  const needed = [...query, ...body].filter(
    ([name, type]) => name === 'body' || !type.safeParse(undefined).success,
  )
  const defs = Object.assign({}, ...parts.map(([, part]) => part.defs)) as Record<string, unknown> // objects alone
  return {
    type: 'object',
    properties: Object.fromEntries([...path, ...parts.map(([name, { schema }]) => [name, schema] as const)]),
    required: [...path, ...needed].map(([name]) => name),
    additionalProperties: false,
    ...(Object.keys(defs).length > 0 && { $defs: defs }),
  }
}

/** References count from the root of the whole input, where the part does not stand. */
function partOf(name: string, type: ZodType): { schema: unknown; defs: object } {
  const { $schema: _, $defs = {}, ...schema } = jsonSchema(type, 'input')
  const moved = (value: unknown): unknown =>
    JSON.parse(JSON.stringify(value), (key, inner: unknown) =>
      key !== '$ref' || typeof inner !== 'string'
        ? inner
        : inner === '#'
          ? `#/properties/${name}`
          : inner.replace('#/$defs/', `#/$defs/${name}.`),
    )
  const defs = Object.entries($defs as object).map(
    ([key, inner]) => [`${name}.${key}`, moved(inner)] as const,
  )
  return { schema: moved(schema), defs: Object.fromEntries(defs) }
}
