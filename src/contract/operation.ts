import type * as z from 'zod'

import type { BodyType } from './encoding.ts'
import type { ErrorHabit } from './errors.ts'
import type { Paging } from './paging.ts'
import type { Method } from './wire.ts'

/** One call of a vendor's API as data. Every reading (client, server, OpenAPI, reference, tools) is made from it. */
export interface Operation {
  /** `incidents.list`: noun, then verb; unique within the contract. */
  id: string
  method: Method
  /** Under the contract's base, with `{name}` parameters: `/tickets/{id}`. */
  path: string
  summary: string
  /** Where the fact comes from, as the contract document says: `C: CEL3` or `I`. */
  source: string
  /** Query parameters by their wire names. Arrays, numbers and booleans are encoded by the contract's `arrays` rule. */
  query?: z.ZodObject
  /** JSON body; with `takes`, what any of its types is read as. */
  body?: z.ZodType
  /** Types that the body may have, where it is not simply JSON; the client sends the first that fits. */
  takes?: readonly BodyType[]
  /** The answer's body; of a list, one row. */
  answer: z.ZodType
  /** Success status when it is not 200. */
  status?: number
  /** Present on lists. */
  paging?: Paging
  /** The caller needs one of these. */
  permission?: readonly string[]
  /** Doing it twice is harmless. Default: GET, PUT and DELETE are, POST and PATCH are not. */
  repeatable?: boolean
  /** An answer that is not JSON (a CSV report, a file). */
  plain?: boolean
  errors?: ErrorHabit
  /** One of the contract's further bases, on which this operation lives. */
  surface?: string
  /** A form that only the sandbox serves, because some document prints it; the client falls back to it on 404. */
  alias?: boolean
}

export function operation<const O extends Operation>(definition: O): O {
  return definition
}

export function isRepeatable(op: Operation): boolean {
  return op.repeatable ?? (op.method === 'GET' || op.method === 'PUT' || op.method === 'DELETE')
}

/** What a caller gives: only what the operation declares. */
export interface Input<O extends Operation> {
  params?: Record<string, string | number>
  query?: O['query'] extends z.ZodObject ? Partial<z.input<O['query']>> : never
  body?: O['body'] extends z.ZodType ? z.input<O['body']> : never
}

export type AnswerOf<O extends Operation> = z.output<O['answer']>

/**
 * `/tickets/{id}` with `{id: 7}` gives `/tickets/7`. A missing parameter is a programming error, and so is one that would
 * make it another operation's path: `/tickets/` is the list, and `..` leads out of it.
 */
export function fillPath(op: Operation, params: Record<string, string | number> = {}): string {
  return op.path.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = params[name]
    if (value === undefined || /^\.{0,2}$/.test(String(value))) {
      throw new Error(`${op.id}: path parameter ${name} is ${value === undefined ? 'missing' : `"${value}"`}`)
    }
    return encodeURIComponent(value)
  })
}
