import * as z from 'zod'

import { readJson, sliceRows } from '../../contract/body.ts'
import type { Client } from '../../contract/client.ts'
import { operation } from '../../contract/operation.ts'
import { isObject } from '../../contract/errors.ts'
import { sometimes } from '../../contract/hints.ts'
import { Walk } from '../../contract/walk.ts'
import type { RecordSeed, VendorRecord } from '../../domain/record.ts'
import { domainsIn } from '../../domain/trace.ts'
import type { Batch, Feed, FeedReader } from '../feed.ts'
import { allOfIt } from '../whole-list.ts'
import { orSeedForm } from './fallback.ts'
import { id, lastSegment, query, text, word } from './fields.ts'
import { seedPaged } from './paging.ts'

const accountType = word('provider', 'customer')
const accountStatus = word('active', 'inactive')

/** The provider and its customers. An account's own id is the last segment of its path. */
const child = z.looseObject({
  id: sometimes(id.optional()),
  name: text,
  path: text,
  type: accountType,
  status: accountStatus,
})

const account = z.looseObject({
  id: sometimes(id.optional()),
  name: z.string(),
  hierarchy: text,
  path: text,
  customers: z.array(z.union([id, child])).nullish(),
  address: z.looseObject({}).nullish(),
  type: accountType,
  status: accountStatus,
  emails: text,
})

export const getAccount = operation({
  id: 'account.get',
  method: 'GET',
  path: '/account',
  summary: 'The provider of the key, or one of its customers',
  source: 'C: CEL3, CEL2, SRV',
  query: z.object({
    accountId: query.oneAccount,
    details: z.boolean().optional().describe('customers[] as objects instead of ids'),
  }),
  answer: account,
})

export const listAccounts = operation({
  id: 'accounts.list',
  method: 'GET',
  path: '/accounts',
  summary: 'All accounts, in the form of the seed document',
  source: 'I: SEED; CEL3 and SRV list no such path',
  paging: seedPaged,
  answer: z.looseObject({ id, name: z.string(), type: text, status: text }),
  alias: true,
})

export const getAccountById = operation({
  id: 'accounts.get',
  method: 'GET',
  path: '/accounts/{id}',
  summary: 'One account, in the form of the seed document',
  source: 'I: SEED; CEL3 and SRV list no such path',
  answer: z.looseObject({ id, name: z.string(), type: text, status: text }),
  alias: true,
})

const day = 86_400_000

export const customersFeed: Feed = {
  name: 'customers',
  kind: 'customers',
  everyMs: 30 * 60_000,
  read: readCustomers,
  toCustomer(record) {
    const parsed = account.safeParse(readRecord(record))
    if (!parsed.success) return undefined
    const { name, emails } = parsed.data
    return { vendorId: record.vendorId, name, domains: domainsIn(emails) }
  },
}

const cursorSchema = z.object({ fullAt: z.number().default(0) })

/**
 * One request when the vendor gives details of the children, else one more for each child; a child that we know
 * already is asked for again once a day.
 */
async function* readCustomers(reader: FeedReader): AsyncGenerator<Batch> {
  const cursor = cursorSchema.parse(reader.cursor ?? {})
  const full = reader.now - cursor.fullAt >= day
  const next = { fullAt: full ? reader.now : cursor.fullAt }
  const found = await orSeedForm(
    () => fromHierarchy(reader, full),
    () => fromList(reader),
  )
  const whole = found.incomplete === undefined
  yield { ...found, cursor: whole ? next : cursor, ...(whole && { covered: allOfIt }) }
}

type Found = Pick<Batch, 'rows' | 'rejected' | 'incomplete' | 'listed'>

async function fromHierarchy(reader: FeedReader, full: boolean): Promise<Found> {
  const found: Required<Pick<Found, 'rows' | 'rejected'>> = { rows: [], rejected: [] }
  const seen = new Set<string>()
  const queue: (string | undefined)[] = [undefined]
  for (let i = 0; i < queue.length; i++) {
    const asked = queue[i]
    const { raw, value } = await fetchAccount(reader.client, asked)
    const own = accountIdOf(value) ?? asked
    if (own !== undefined) seen.add(own)
    if (asked !== undefined) found.rows.push(toSeed(asked, raw, reader.now))
    const children = readChildren(raw, value, found.rejected).filter((one) => !seen.has(one.id))
    for (const { id: childId } of children) seen.add(childId)
    const known = full ? new Map<string, unknown>() : await reader.known(children.map((one) => one.id))
    for (const one of children) {
      if (one.raw !== undefined && !one.hasChildren) found.rows.push(toSeed(one.id, one.raw, reader.now))
      else if (one.hasChildren || !known.has(one.id)) queue.push(one.id)
    }
  }
  return found.rejected.length > 0 ? found : { ...found, listed: [...seen] }
}

async function fetchAccount(
  client: Client,
  accountId: string | undefined,
): Promise<{ raw: string; value: z.infer<typeof account> }> {
  const asked = accountId === undefined ? { details: true } : { accountId: Number(accountId), details: true }
  const outcome = await client.try(getAccount, { query: asked }, { priority: 'inventory' })
  if (!outcome.ok) throw outcome.error
  return { raw: outcome.answer.text, value: outcome.answer.value }
}

interface Child {
  id: string
  /** The child's own bytes, when it came as an object with a name. */
  raw: string | undefined
  hasChildren: boolean
}

function readChildren(
  raw: string,
  value: z.infer<typeof account>,
  rejected: { raw: string; reason: string }[],
): Child[] {
  const slices = sliceRows(raw, 'customers')
  return (value.customers ?? []).flatMap((item, i): Child[] => {
    if (typeof item === 'string') return [{ id: item, raw: undefined, hasChildren: false }]
    const slice = slices?.[i] ?? JSON.stringify(item)
    const childId = accountIdOf(item)
    if (childId === undefined) {
      rejected.push({ raw: slice, reason: 'a customer without id and path' })
      return []
    }
    const below = item['customers']
    return [
      {
        id: childId,
        raw: item.name == null ? undefined : slice,
        hasChildren: Array.isArray(below) && below.length > 0,
      },
    ]
  })
}

export function accountIdOf(value: {
  path?: string | null | undefined
  id?: string | undefined
}): string | undefined {
  return lastSegment(value.path) ?? value.id
}

async function fromList(reader: FeedReader): Promise<Found> {
  const rows: RecordSeed[] = []
  const rejected: { raw: string; reason: string }[] = []
  const options = { ...reader.walking, priority: 'inventory' } as const
  const walk = new Walk(reader.client, listAccounts, {}, (row) => row.id, options)
  for await (const page of walk.pages()) {
    rejected.push(...page.rejected)
    for (const [i, row] of page.rows.entries()) {
      if (row.type?.toLowerCase() !== 'provider') rows.push(toSeed(row.id, page.rawOf(i), reader.now))
    }
  }
  if (!walk.complete)
    return { rows, rejected, incomplete: `accounts: ${walk.reason ?? 'not read to the end'}` }
  return rejected.length > 0
    ? { rows, rejected }
    : { rows, rejected, listed: rows.map((row) => row.vendorId) }
}

function toSeed(vendorId: string, body: string, now: number): RecordSeed {
  return { vendorId, customerId: vendorId, time: now, open: false, body }
}

function readRecord(record: VendorRecord): unknown {
  const body = readJson(record.body)
  return body.ok && isObject(body.value) ? body.value : {}
}
