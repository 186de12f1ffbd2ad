import type * as z from 'zod'

import { readJson } from './body.ts'
import type { AnswerOf, Operation } from './operation.ts'
import { Page, type Paging, issueLine } from './paging.ts'
import type { QueryValue } from './query.ts'

export type ValueOf<O extends Operation> = O['paging'] extends Paging ? Page<AnswerOf<O>> : AnswerOf<O>

export type Reading<T> = { ok: true; value: T } | { ok: false; code: string; message: string }

/** Is shown every body that is JSON, of a list its rows, before they are validated. */
export type OnRead = (op: Operation, values: readonly unknown[]) => void

/** The text of a good answer as what the operation promises: a page with its rows, or the validated body. */
export function readAnswer<O extends Operation>(
  op: O,
  asked: Record<string, QueryValue>,
  text: string,
  onRead?: OnRead,
): Reading<ValueOf<O>> {
  const body = readJson(text)
  if (!body.ok) return body
  if (op.paging === undefined) {
    onRead?.(op, [body.value])
    const parsed = op.answer.safeParse(body.value)
    if (!parsed.success) return { ok: false, code: 'unexpected_shape', message: issueLine(parsed.error) }
    return { ok: true, value: parsed.data as ValueOf<O> } // the schema has just shown it
  }
  const reading = op.paging.read(body.value, asked)
  if (typeof reading === 'string') return { ok: false, code: 'unexpected_shape', message: reading }
  onRead?.(op, reading.rows)
  const page = new Page(reading, text, op.paging.rowsKeys, op.answer as z.ZodType<AnswerOf<O>>)
  return { ok: true, value: page as ValueOf<O> } // the operation is a list
}
