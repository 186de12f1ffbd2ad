import { ApiError } from '../../contract/api-error.ts'
import type { Page } from '../../contract/paging.ts'
import { Walk } from '../../contract/walk.ts'
import type { Batch, Feed, FeedReader } from '../feed.ts'
import { wholeList } from '../whole-list.ts'
import { tries } from './api.ts'
import { clients, toCustomer } from './clients.ts'
import {
  type Listed,
  type Presence,
  type Resource,
  absentees,
  restingUntil,
  withoutFeature,
} from './presence.ts'
import { projects } from './projects.ts'
import { toTaskReport } from './task-report.ts'
import { tasks } from './tasks.ts'
import { toAsset, users } from './users.ts'

/**
 * What is read again and again: whole lists, for Rockety has neither a watermark nor webhooks. What differs from what
 * we hold becomes a Record; what is gone is confirmed by id.
 */
const minute = 60_000

async function* readWhole(reader: FeedReader, resource: Resource): AsyncGenerator<Batch> {
  const before = (reader.cursor ?? { ids: [] }) as Presence // written by this feed alone
  const resting = restingUntil(before, reader.now)
  if (resting !== undefined) {
    yield { rows: [], cursor: before, incomplete: resting }
    return
  }
  try {
    yield* walkOnce(reader, resource, before)
  } catch (error) {
    const notice =
      resource.optional && error instanceof ApiError ? withoutFeature(before, error, reader.now) : undefined
    if (notice === undefined) throw error
    yield notice
  }
}

async function* walkOnce(reader: FeedReader, resource: Resource, before: Presence): AsyncGenerator<Batch> {
  const options = { ...reader.walking, priority: 'inventory', maxPasses: 3, ...tries } as const
  const walk = new Walk(reader.client, resource.list, {}, idOf, options)
  const told = new Map<string, string>()
  let whole = true
  for await (const page of walk.pages()) {
    whole &&= page.rejected.length === 0
    if (reader.heldPages.has(page)) continue
    const rows = await news(reader, resource, page, told)
    if (rows.length === 0 && page.rejected.length === 0) reader.heldPages.add(page)
    else yield { rows, cursor: before, rejected: page.rejected }
  }
  if (!walk.complete) yield { rows: [], cursor: before, ...wholeList(walk) }
  else {
    const last = { ...(await absentees(reader, resource, before, walk.keys)), ...wholeList(walk) }
    yield resource.own && whole ? { ...last, listed: [...walk.keys] } : last
  }
}

/** The rows that differ from what we hold, byte by byte: `updated_at` misses a second change in the same second. */
async function news(
  reader: FeedReader,
  resource: Resource,
  page: Page<Listed>,
  told: Map<string, string>,
): Promise<Batch['rows']> {
  const held = await reader.known(page.rows.map(idOf))
  return page.rows.flatMap((row, i) => {
    const vendorId = idOf(row)
    const body = page.rawOf(i)
    const last = told.get(vendorId) ?? held.get(vendorId)?.body
    told.set(vendorId, body)
    if (last === body) return []
    const time = Date.parse(row.updated_at ?? row.created_at ?? '') || reader.now
    return [{ vendorId, customerId: customerOf(resource, row), time, open: false, body }]
  })
}

function idOf(row: Listed): string {
  return String(row.id)
}

/** Whose a task is, its project says; only projects name their client. */
function customerOf(resource: Resource, row: Listed): string | null {
  if (resource.own) return idOf(row)
  return row.client_id == null ? null : String(row.client_id)
}

function feed(name: string, kind: Feed['kind'], everyMs: number, resource: Resource): Feed {
  return { name, kind, everyMs, read: (reader) => readWhole(reader, resource) }
}

const own = { optional: true, own: true }
const optional = { optional: true, own: false }
const demanded = { optional: false, own: false }

export const feeds: readonly Feed[] = [
  { ...feed('customers', 'customers', 10 * minute, { ...clients, ...own }), toCustomer },
  feed('projects', 'inventory', 30 * minute, { ...projects, ...demanded }),
  { ...feed('tasks', 'tasks', 15 * minute, { ...tasks, ...optional }), toTaskReport },
  { ...feed('users', 'inventory', 60 * minute, { ...users, ...optional }), toAsset },
]
