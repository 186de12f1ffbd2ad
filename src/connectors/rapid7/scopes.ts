import type * as z from 'zod'

import { ApiError } from '../../contract/api-error.ts'
import type { CallOptions } from '../../contract/client.ts'
import { issueLine } from '../../contract/paging.ts'
import type { Covered, Gap } from '../../domain/coverage.ts'
import type { Batch, FeedReader } from '../feed.ts'

/** One organization (or, with a user key, all of its owner's at once) as a feed reads it. */
export interface Scope {
  /** Names the scope in cursors and messages: an organization's id, or `all`. */
  name: string
  /** Whose a row is that does not say so itself. */
  customerId: string | null
  /** Settings of each call: which organization a multi-tenant key means. */
  settings: NonNullable<CallOptions['settings']>
  /** Rows of several organizations come together. */
  query: { 'multi-customer'?: boolean }
}

/** A key with an organization in its settings is asked once for each managed one; any other key is asked once. */
async function scopesOf({ client, customers }: FeedReader): Promise<Scope[]> {
  const ids = await customers()
  if (client.settings['organizationId'])
    return ids.map((id) => ({ name: id, customerId: id, settings: { organizationId: id }, query: {} }))
  const [only, ...more] = ids
  if (only === undefined) return []
  if (more.length === 0) return [{ name: only, customerId: only, settings: {}, query: {} }]
  return [{ name: 'all', customerId: null, settings: {}, query: { 'multi-customer': true } }]
}

/** A cursor that cannot be read costs a reading from the start, and is told once; it must not stop the feed for ever. */
export function readCursor<Schema extends z.ZodType>(
  schema: Schema,
  given: unknown,
): { cursor: z.output<Schema>; trouble: string | undefined } {
  const read = schema.safeParse(given ?? {})
  if (read.success) return { cursor: read.data, trouble: undefined }
  const trouble = `the cursor could not be read (${issueLine(read.error)}): all is read again from the start`
  return { cursor: schema.parse({}), trouble }
}

const noCustomers = 'no organization is known yet: this is read after the customers feed'

/**
 * Reads one scope after the other. One organization's trouble is its own; two in a row, or a key that is refused, are
 * the vendor's. `optional`: the organization need not have what is read, 404 says so.
 */
export async function* eachScope(
  reader: FeedReader,
  read: (scope: Scope) => AsyncGenerator<Batch, string | undefined>,
  {
    cursor,
    trouble,
    optional = false,
    since = () => 0,
  }: {
    cursor: () => unknown
    trouble?: string | undefined
    optional?: boolean
    /** From when on a scope that was read without a gap is read, epoch ms. */
    since?: () => number
  },
): AsyncGenerator<Batch> {
  const scopes = await scopesOf(reader)
  const gapOf = (scope: Scope, reason: string): Gap => {
    return { customerId: scope.customerId, what: `organization ${scope.name}`, from: null, to: null, reason }
  }
  const whole: Gap = { customerId: null, what: 'list', from: null, to: null, reason: trouble ?? noCustomers }
  const gaps: Gap[] = trouble !== undefined || scopes.length === 0 ? [whole] : []
  const covered: Covered[] = []
  let failures = 0
  for (const scope of scopes) {
    try {
      const gap = yield* read(scope)
      if (gap !== undefined) gaps.push(gapOf(scope, gap))
      else covered.push({ customerId: scope.customerId, from: since(), to: null })
      failures = 0
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      if (optional && error.status === 404) continue
      if (error.status === 401 || error.code === 'organization_missing' || ++failures > 1) throw error
      gaps.push(gapOf(scope, error.message))
    }
  }
  yield {
    rows: [],
    cursor: cursor(),
    covered,
    gaps,
  }
}

/** How far a feed has been read: since when it follows, and its own mark for each scope. */
interface Followed<Own> {
  startedAt: number
  scopes: Record<string, Own>
}

/** What reading one scope is given; it writes down in `own`, a part of `cursor`, how far it came. */
export interface Pass<Cursor, Own> {
  reader: FeedReader
  cursor: Cursor
  scope: Scope
  own: Own
}

export function batch(
  { cursor }: { cursor: unknown },
  rows: Batch['rows'],
  rejected: Batch['rejected'] = [],
): Batch {
  return { rows, cursor, rejected }
}

/** Reads scope after scope, each from its own mark. Before the first run began, `historyMs` are read too. */
export async function* followScopes<Own, Cursor extends Followed<Own>>(
  reader: FeedReader,
  schemas: { cursor: z.ZodType<Cursor>; own: z.ZodType<Own> },
  read: (pass: Pass<Cursor, Own>) => AsyncGenerator<Batch, string | undefined>,
  { historyMs, optional = false }: { historyMs: number; optional?: boolean },
): AsyncGenerator<Batch> {
  const { cursor, trouble } = readCursor(schemas.cursor, reader.cursor)
  if (cursor.startedAt === 0) cursor.startedAt = reader.now
  yield* eachScope(
    reader,
    (scope) => {
      const own = schemas.own.parse(cursor.scopes[scope.name] ?? {})
      cursor.scopes[scope.name] = own
      return read({ reader, cursor, scope, own })
    },
    { cursor: () => cursor, trouble, optional, since: () => cursor.startedAt - historyMs },
  )
}
