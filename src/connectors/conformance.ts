import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

import * as z from 'zod'

import type { Client } from '../contract/client.ts'
import { isObject } from '../contract/errors.ts'
import { reasonOf } from '../domain/coverage.ts'
import type { Reach } from '../domain/horizon.ts'
import type { RecordSeed } from '../domain/record.ts'
import type { Batch, Feed, Known } from './feed.ts'

/** Helps the tests of vendors: a store in memory, and what a vendor's fixtures and exchanges say. */

/** Holds what a feed has read, as the store would: the latest state of each thing, by the vendor's id. */
export class Holding {
  readonly latest = new Map<string, RecordSeed>()
  cursor: unknown
  /** Of the last run. */
  readonly #heldPages = new WeakSet<object>()
  incomplete: string[] = []
  rejected: { raw: string; reason: string }[] = []
  batches = 0

  /** Runs the feed once; `onBatch` may throw, as a process that dies would. */
  async run(
    feed: Feed,
    client: Client,
    now: number,
    customers: string[],
    onBatch?: (batch: Batch) => void,
  ): Promise<void> {
    this.incomplete = []
    const reader = {
      client,
      cursor: this.cursor,
      now,
      customers: () => Promise.resolve(customers),
      known: (ids: string[]) =>
        Promise.resolve(
          new Map(ids.flatMap((id) => (this.latest.has(id) ? [[id, this.#known(id)] as const] : []))),
        ),
      overlapMs: ({ floorMs }: Reach) => floorMs,
      deep: true,
      ours: () => Promise.resolve(new Map()),
      walking: { trusting: false },
      open: () =>
        Promise.resolve([...this.latest.keys()].map((id) => this.#known(id)).filter((known) => known.open)),
      heldPages: this.#heldPages,
    }
    for await (const batch of feed.read(reader)) {
      this.#commit(batch)
      onBatch?.(batch)
    }
  }

  #commit(batch: Batch): void {
    this.batches++
    for (const row of batch.rows) this.latest.set(row.vendorId, row)
    // The store keeps the cursor as JSON.
    this.cursor = batch.cursor === undefined ? undefined : JSON.parse(JSON.stringify(batch.cursor))
    const { gaps = [], incomplete = gaps.length > 0 ? reasonOf(gaps) : undefined } = batch
    if (incomplete !== undefined) this.incomplete.push(incomplete)
    this.rejected.push(...(batch.rejected ?? []))
  }

  #known(vendorId: string): Known {
    const row = this.latest.get(vendorId)
    return { vendorId, customerId: row?.customerId ?? null, open: row?.open ?? false, body: row?.body ?? '' }
  }
}

/**
 * A whole request and answer as some document prints it, in `exchanges/`. `sandbox` says how to ask the same of our
 * world, where the document's ids and keys mean nothing.
 */
const exchange = z.looseObject({
  name: z.string(),
  source: z.string(),
  date: z.string(),
  request: z.looseObject({
    method: z.string(),
    path: z.string(),
    search: z.string().optional(),
    headers: z.record(z.string(), z.string()).optional(),
    body: z.unknown().optional(),
  }),
  response: z.object({ status: z.int(), body: z.unknown().optional() }),
  note: z.string().optional(),
  sandbox: z
    .strictObject({
      path: z.string().optional(),
      search: z.string().optional(),
      headers: z.record(z.string(), z.string()).optional(),
      body: z.unknown().optional(),
      key: z.string().optional(),
      switches: z.record(z.string(), z.string()).optional(),
      /** Requests that come first, as `METHOD /path`. */
      after: z.array(z.string()).optional(),
    })
    .optional(),
})

export type Exchange = z.infer<typeof exchange>

export function readExchanges(folder: string): Exchange[] {
  return jsonFiles(join(folder, 'exchanges')).map(({ value }) => exchange.parse(value))
}

/**
 * Records of one operation as the vendor publishes them, in `fixtures/`: a file with its operation, source and date,
 * or a bare list that is named for its operation.
 */
const fixture = z.strictObject({
  operation: z.string(),
  source: z.string(),
  date: z.string(),
  records: z.array(z.unknown()).min(1),
  note: z.string().optional(),
})

export type Fixture = z.infer<typeof fixture> & { file: string }

export function readFixtures(folder: string): Fixture[] {
  return jsonFiles(join(folder, 'fixtures')).map(({ file, value }) => {
    const bare = {
      operation: file.replace(/\.json$/, ''),
      source: 'notes.md',
      date: 'notes.md',
      records: value,
    }
    return { ...fixture.parse(Array.isArray(value) ? bare : value), file }
  })
}

function jsonFiles(folder: string): { file: string; value: unknown }[] {
  if (!existsSync(folder)) return []
  return readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .toSorted()
    .map((file) => ({ file, value: JSON.parse(readFileSync(join(folder, file), 'utf8')) as unknown }))
}

/** Where `answered` lacks a key of `published`, or has another type there. Values may differ; null fits everything. */
export function differences(published: unknown, answered: unknown, path = '$'): string[] {
  if (published === null || published === undefined) return []
  if (answered === null) return []
  if (Array.isArray(published)) return listDifferences(published, answered, path)
  if (!isObject(published))
    return typeof published === typeof answered ? [] : [`${path}: ${typeof published} expected`]
  if (!isObject(answered)) return [`${path}: an object expected`]
  return Object.entries(published).flatMap(([key, value]) =>
    key in answered ? differences(value, answered[key], `${path}.${key}`) : [`${path}.${key} is missing`],
  )
}

/** One row that fits is enough: not every demo row has every optional part. */
function listDifferences(published: unknown[], answered: unknown, path: string): string[] {
  if (!Array.isArray(answered)) return [`${path}: a list expected`]
  if (published.length === 0) return []
  if (answered.length === 0) return [`${path}: the list is empty`]
  const tries = answered.map((row) => differences(published[0], row, `${path}[]`))
  return tries.find((found) => found.length === 0) ?? tries[0] ?? []
}
