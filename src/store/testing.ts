import { existsSync, readFileSync } from 'node:fs'
import { Client } from 'pg'
import { afterEach, describe, inject, onTestFinished } from 'vitest'
import type { Case } from '../domain/case.ts'
import type { Finding } from '../domain/finding.ts'
import type { Customer } from '../domain/tenant.ts'
import type { Ticket, TicketChange } from '../domain/ticket.ts'
import type { Engine } from './engine.ts'
import { memoryHandle } from './sqlite-file.ts'
import { openStore, type Store, type StoreOptions } from './store.ts'
import { tableNames } from './tables.ts'

/** Runs a suite on both engines. `openFresh` opens an empty, migrated database that the end of the test closes. */
export function forEachEngine(suite: (openFresh: () => Promise<Store>, engine: Engine) => void): void {
  describe('sqlite', () => {
    suite(closedAfterwards(freshSqlite), 'sqlite')
  })
  describe('postgres', () => {
    suite(closedAfterwards(freshPostgres), 'postgres')
  })
}

function closedAfterwards(fresh: () => Promise<StoreOptions>): () => Promise<Store> {
  const opened: Store[] = []
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((store) => store.close()))
  })
  return async () => {
    const store = await openStore(await fresh())
    opened.push(store)
    return store
  }
}

/** Empties every table. */
export async function empty(store: Store): Promise<void> {
  for (const table of tableNames) await store.db.deleteFrom(table).execute()
}

export async function freshSqlite(): Promise<StoreOptions> {
  return { kind: 'sqlite', database: memoryHandle() }
}

type PostgresOptions = { kind: 'postgres'; url: string }

/** For one test: an empty database, a copy of the one that `test/support/postgres.ts` has migrated. */
export async function freshPostgres(): Promise<PostgresOptions> {
  return borrow(
    migrated,
    'template',
    [...tableNames.map((table) => `delete from ${table}`), 'drop schema if exists pgboss cascade'].join(';'),
  )
}

/** For one test: a database without a table. */
export async function blankPostgres(): Promise<PostgresOptions> {
  return borrow(blank, undefined, 'drop schema public cascade; create schema public')
}

// To create a database costs 20 to 400 ms, to clean a used one very little.
const migrated: string[] = []
const blank: string[] = []

async function borrow(idle: string[], template: string | undefined, clean: string): Promise<PostgresOptions> {
  const used = idle.pop()
  const url = used ?? (await createDatabase(template))
  if (used) await command(used, clean)
  onTestFinished(() => void idle.push(url))
  return { kind: 'postgres', url }
}

async function createDatabase(template: string | undefined): Promise<string> {
  const { url, prefix } = await serverForTests()
  const name = `${prefix}_${crypto.randomUUID().slice(0, 8)}`
  await command(url, `create database ${name} template ${template ? `${prefix}_${template}` : 'template0'}`)
  const fresh = new URL(url)
  fresh.pathname = `/${name}`
  return fresh.href
}

/** The server of this test run, once it is up. */
export async function serverForTests(): Promise<{ url: string; prefix: string }> {
  const { state, ...server } = inject('postgres')
  while (!existsSync(state)) await new Promise((resolve) => setTimeout(resolve, 20))
  const problem = readFileSync(state, 'utf8')
  if (problem) throw new Error(problem)
  return server
}

async function command(url: string, text: string): Promise<void> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    await client.query(text)
  } finally {
    await client.end()
  }
}

export function finding(id: string, over: Partial<Finding> = {}): Finding {
  const base = {
    connectionId: 'con',
    feed: 'incidents',
    vendorId: id,
    customerId: 'cus',
    tenantId: 'ten',
    recordId: 'rec',
  }
  return {
    id,
    ...base,
    title: 'Ransomware',
    severity: 'high',
    open: true,
    time: 1000,
    entities: [{ kind: 'host', value: 'ws-01' }],
    ...over,
  }
}

export function customer(connectionId: string, vendorId: string, over: Partial<Customer> = {}): Customer {
  const fresh = { tenantId: null, manual: false, doubt: false, missingSince: null }
  return { connectionId, vendorId, name: 'Acme', reason: 'not mapped yet', ...fresh, ...over }
}

export function caseOf(id: string, over: Partial<Case> = {}): Case {
  const times = { firstTime: 1000, lastTime: 1000, createdAt: 2000, updatedAt: 2000 }
  return {
    id,
    tenantId: 'ten',
    title: 'Ransomware',
    severity: 'high',
    status: 'open',
    findingCount: 1,
    mergedInto: null,
    marks: [],
    ...times,
    ...over,
  }
}

export function ticket(id: string, over: Partial<Ticket> = {}): Ticket {
  const base = { caseId: 'case', connectionId: 'con', vendorId: id, number: '7', marker: '[WF-0000000000]' }
  const state = { foldedInto: null, gone: null, seen: null, agreed: {} }
  return { id, ...base, url: null, ...state, createdAt: 1000, ...over }
}

export function ticketChange(id: string, over: Partial<TicketChange> = {}): TicketChange {
  const counts = {
    attempts: 0,
    lookups: 0,
    ambiguities: 0,
    settledByLookup: false,
    sentAt: null,
    vendorId: null,
    error: null,
  }
  const payload: TicketChange['payload'] = { kind: 'note', subject: 'subject', body: 'body' }
  const base = {
    caseId: id,
    connectionId: 'con',
    kind: 'create',
    version: 1,
    state: 'pending',
    dueAt: 0,
    createdAt: 1000,
  } as const
  return { id, payload, ...base, ...counts, ...over }
}
