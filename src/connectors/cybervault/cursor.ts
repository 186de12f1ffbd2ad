import { createHmac, timingSafeEqual } from 'node:crypto'

import { Refusal } from '../../contract/refusal.ts'
import type { Comparable } from './values.ts'

/** A place in a sorted list. */
export interface Place {
  value: Comparable
  id: string
}

/** What a cursor holds for: it goes with one list, one sort and one filter of one tenant. */
export interface Terms {
  list: string
  sort: string
  filter: string
  realm: string
}

/** Of the sandbox only: nothing that is worth guarding is signed with it. */
const secret = 'the cursors of the sandbox'
const lifeMs = 24 * 3_600_000

/** Opaque and URL-safe: the place, until when it holds, and a signature over these and the terms. */
export function writeCursor({ value, id }: Place, terms: Terms, now: number): string {
  const until = now + lifeMs
  const signed = [value, id, until, sign(value, id, until, terms)]
  return Buffer.from(JSON.stringify(signed)).toString('base64url')
}

export function readCursor(text: string, terms: Terms, now: number): Place {
  const [value, id, until, signature] = tuple(text)
  if (
    typeof id !== 'string' ||
    typeof until !== 'number' ||
    typeof signature !== 'string' ||
    !isComparable(value)
  )
    throw refused('The cursor is not one of ours.')
  if (!equal(signature, sign(value, id, until, terms)))
    throw refused('The cursor was changed, or belongs to another list, sort, filter or tenant.')
  if (until < now) throw refused('The cursor is older than 24 hours.')
  return { value, id }
}

function tuple(text: string): unknown[] {
  try {
    const value: unknown = JSON.parse(Buffer.from(text, 'base64url').toString())
    return Array.isArray(value) ? value : []
  } catch {
    return []
  }
}

function sign(value: Comparable, id: string, until: number, terms: Terms): string {
  const { list, sort, filter, realm } = terms
  const text = JSON.stringify([value, id, until, list, sort, filter, realm])
  return createHmac('sha256', secret).update(text).digest('base64url')
}

function equal(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)]
  return left.length === right.length && timingSafeEqual(left, right)
}

function isComparable(value: unknown): value is Comparable {
  return value === null || ['string', 'number', 'boolean'].includes(typeof value)
}

function refused(message: string): Refusal {
  return new Refusal(400, 'invalid_cursor', message)
}
