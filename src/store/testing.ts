import Database from 'better-sqlite3'
import pg from 'pg'
import { afterEach, describe, inject } from 'vitest'
import type { Case } from '../domain/case.ts'
import type { Finding } from '../domain/finding.ts'
import type { Ticket, TicketChange } from '../domain/ticket.ts'
import { keepStatements } from './sqlite.ts'
import { openStore, type Store, type StoreOptions } from './store.ts'
import { tableNames } from './tables.ts'

/** Runs a suite on both engines. `openFresh` opens an empty, migrated database that the end of the test closes. */
export function forEachEngine(suite: (openFresh: () => Promise<Store>, engine: 'sqlite' | 'postgres') => void): void {
  describe('sqlite', () => suite(closedAfterwards(freshSqlite), 'sqlite'))
  describe('postgres', () => suite(closedAfterwards(reusedPostgres, idle), 'postgres'))
}

function closedAfterwards(fresh: () => Promise<StoreOptions>, keep?: StoreOptions[]): () => Promise<Store> {
  const opened: { store: Store; options: StoreOptions }[] = []
  afterEach(async () => {
    for (const { store, options } of opened.splice(0)) {
      if (keep) await empty(store)
      await store.close()
      keep?.push(options)
    }
  })
  return async () => {
    const options = await fresh()
    const store = await openStore(options)
    opened.push({ store, options })
    return store
  }
}

/** Empties every table: cheaper than another PostgreSQL database. */
export async function empty(store: Store): Promise<void> {
  for (const table of tableNames) await store.db.deleteFrom(table).execute()
}

export async function freshSqlite(): Promise<StoreOptions> {
  return { kind: 'sqlite', database: keepStatements(new Database(':memory:')) }
}

const idle: StoreOptions[] = []

async function reusedPostgres(): Promise<StoreOptions> {
  return idle.pop() ?? freshPostgres()
}

/** A database of its own, by default a copy of the one that `test/support/postgres.ts` has migrated. It goes with the server. */
export async function freshPostgres({ migrated = true } = {}): Promise<{ kind: 'postgres'; url: string }> {
  const { url, prefix } = inject('postgres')
  const name = `${prefix}_${crypto.randomUUID().slice(0, 8)}`
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  await client.query(`create database ${name} template ${migrated ? `${prefix}_template` : 'template0'}`)
  await client.end()
  const fresh = new URL(url)
  fresh.pathname = `/${name}`
  return { kind: 'postgres', url: fresh.href }
}

export function finding(id: string, over: Partial<Finding> = {}): Finding {
  const base = { connectionId: 'con', feed: 'incidents', vendorId: id, customerId: 'cus', tenantId: 'ten', recordId: 'rec' }
  return { id, ...base, title: 'Ransomware', severity: 'high', open: true, time: 1000, entities: [{ kind: 'host', value: 'ws-01' }], ...over }
}

export function caseOf(id: string, over: Partial<Case> = {}): Case {
  const times = { firstTime: 1000, lastTime: 1000, createdAt: 2000, updatedAt: 2000 }
  return { id, tenantId: 'ten', title: 'Ransomware', severity: 'high', status: 'open', findingCount: 1, ...times, ...over }
}

export function ticket(id: string, over: Partial<Ticket> = {}): Ticket {
  const base = { caseId: 'case', connectionId: 'con', vendorId: id, number: '7', marker: '[WF-0000000000]' }
  return { id, ...base, url: null, foldedInto: null, createdAt: 1000, ...over }
}

export function ticketChange(id: string, over: Partial<TicketChange> = {}): TicketChange {
  const counts = { attempts: 0, lookups: 0, ambiguities: 0, settledByLookup: false, sentAt: null, vendorId: null, error: null }
  const payload: TicketChange['payload'] = { kind: 'note', subject: 'subject', body: 'body' }
  const base = { caseId: id, connectionId: 'con', kind: 'create', version: 1, state: 'pending', dueAt: 0, createdAt: 1000 } as const
  return { id, payload, ...base, ...counts, ...over }
}
