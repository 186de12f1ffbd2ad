/**
 * line: incidents/s from the vendor's page (its text) to a committed case and ticket intent, beside raw batched inserts of
 * the same bytes (each incident's, under the id of its record) into the same kind of database; beside raw inserts of all
 * rows that the line has to write; and memory from 10,000 to 200,000 incidents. Both sides end with a checkpoint.
 * Usage: npm run bench -- line [incidents] [rounds] [incidents of the memory runs, with commas] [checkout]
 * With another checkout the vendors are its sandbox: two commits side by side on the same bytes, for incidents grow too.
 */
import { spawnSync } from 'node:child_process'
import { join, resolve } from 'node:path'

import Database from 'better-sqlite3'
import { sql } from 'kysely'

import { loadConnectors } from '../src/connectors/registry.ts'
import type * as registries from '../src/connectors/registry.ts'
import type { Connector } from '../src/connectors/connector.ts'
import type { Happening } from '../src/connectors/world.ts'
import type { Fetch, FetchAnswer } from '../src/domain/outside.ts'
import type { Hub } from '../src/pipeline/hub.ts'
import { advance } from '../src/pipeline/line.ts'
import { syncFeed } from '../src/pipeline/sync.ts'
import type * as sandboxes from '../src/sandbox/sandbox.ts'
import type * as worlds from '../src/sandbox/world.ts'
import { openStore } from '../src/store/store.ts'
import { tableNames } from '../src/store/tables.ts'
import { hubOn, inTemp, median, rate, report, walkingClock } from './support.ts'

/** Where the vendors and their world come from. */
const other = process.argv[5]
const theirs = other === undefined ? join(import.meta.dirname, '..', 'src') : join(resolve(other), 'src')
const { Sandbox }: typeof sandboxes = await import(`${theirs}/sandbox/sandbox.ts`)
const { makeWorld }: typeof worlds = await import(`${theirs}/sandbox/world.ts`)
const registry: typeof registries = await import(`${theirs}/connectors/registry.ts`)

const incidents = Number(process.argv[2] ?? 10_000)
const rounds = Number(process.argv[3] ?? 3)
const start = Date.UTC(2026, 0, 5)
const day = 86_400_000

/** Answers are made once and served from memory, so that the sandbox's own work is not measured. */
function remembering(fetch: Fetch): Fetch {
  const answers = new Map<string, FetchAnswer>()
  return async (url, init) => {
    const known = answers.get(url)
    if (known !== undefined) return known
    const answer = await fetch(url, init)
    const text = await answer.text()
    const kept = { status: answer.status, headers: { get: () => null }, text: () => Promise.resolve(text) }
    if (init.method === 'GET' && answer.status === 200) answers.set(url, kept)
    return kept
  }
}

async function readAll(hub: Hub, kinds: readonly string[]): Promise<void> {
  for (const live of hub.live) {
    for (const feed of live.connector.feeds.filter((one) => kinds.includes(one.kind))) {
      const run = await syncFeed(hub, live, feed)
      if (run?.outcome === 'failed') throw new Error(`${feed.name}: ${run.error}`)
    }
    await advance(hub)
  }
}

interface Passage {
  ms: number
  findings: number
  /** What stands in the database afterwards, by table. */
  rows: Map<string, Record<string, unknown>[]>
}

async function throughLine(fetch: Fetch, sandbox: sandboxes.Sandbox, look = false): Promise<Passage> {
  return inTemp(async (directory) => {
    const file = join(directory, 'line.db')
    const store = await openStore({ kind: 'sqlite', file })
    const hub = hubOn(store, connectors, sandbox, { ...walkingClock(start + 100 * day), fetch })
    await readAll(hub, ['customers'])
    const begun = performance.now()
    await readAll(hub, ['findings'])
    await checkpoint.execute(store.db)
    const ms = performance.now() - begun
    const count = await store.db
      .selectFrom('ticket_changes')
      .select((eb) => eb.fn.countAll<number>().as('n'))
      .executeTakeFirstOrThrow()
    await store.close()
    const rows = new Map<string, Record<string, unknown>[]>()
    const db = new Database(file, { readonly: true })
    if (look)
      for (const table of tableNames)
        rows.set(table, db.prepare<[], Record<string, unknown>>(`select * from ${table}`).all())
    db.close()
    return { ms, findings: count.n, rows }
  })
}

const checkpoint = sql`pragma wal_checkpoint(passive)`

/** One table, a prepared statement, batches of 100: the bytes and nothing else. */
async function rawInserts(records: readonly Record<string, unknown>[]): Promise<number> {
  return inTemp(async (directory) => {
    const db = new Database(join(directory, 'raw.db'))
    for (const pragma of ['journal_mode = wal', 'synchronous = normal', 'wal_autocheckpoint = 40000'])
      db.pragma(pragma)
    db.exec('create table rows (id text primary key, body text not null)')
    const insert = db.prepare('insert into rows (id, body) values (?, ?)')
    const begun = performance.now()
    for (let i = 0; i < records.length; i += 100) {
      db.transaction(() => {
        for (const { id, body } of records.slice(i, i + 100)) insert.run(id, body)
      })()
    }
    db.pragma('wal_checkpoint(passive)')
    const ms = performance.now() - begun
    db.close()
    return ms
  })
}

/** Every row that the line leaves behind, prepared beforehand, in transactions of 500 incidents: no line can be faster. */
async function allRows(rows: Passage['rows'], findings: number): Promise<number> {
  return inTemp(async (directory) => {
    const file = join(directory, 'floor.db')
    await (await openStore({ kind: 'sqlite', file })).close()
    const db = new Database(file)
    for (const pragma of ['synchronous = normal', 'wal_autocheckpoint = 40000']) db.pragma(pragma)
    const inserts = [...rows].flatMap(([table, list]) => {
      const columns = Object.keys(list[0] ?? {})
      if (columns.length === 0) return []
      const marks = columns.map(() => '?').join()
      const statement = db.prepare(`insert or replace into ${table} (${columns.join()}) values (${marks})`)
      return [{ statement, values: list.map((row) => columns.map((column) => row[column])) }]
    })
    const batches = Math.ceil(findings / 500)
    const begun = performance.now()
    for (let i = 0; i < batches; i++) {
      db.transaction(() => {
        for (const { statement, values } of inserts) {
          const share = (n: number): number => Math.round((n * values.length) / batches)
          for (let j = share(i); j < share(i + 1); j++) statement.run(values[j])
        }
      })()
    }
    db.pragma('wal_checkpoint(passive)')
    const ms = performance.now() - begun
    db.close()
    return ms
  })
}

function worldOf(count: number) {
  const customers = Math.min(200, Math.max(5, Math.round(count / 1000)))
  const world = sixtyDays(customers, count / customers / 60 / perAttack)
  return { ...world, happenings: world.happenings.map(atLength) }
}

function sixtyDays(customers: number, attacksPerCustomerDay: number) {
  return makeWorld({ seed: 1, customers, start, days: 60, attacksPerCustomerDay })
}

function incidentsAnAttack(): number {
  const sandbox = new Sandbox(vendors, sixtyDays(20, 1), walkingClock(start + 100 * day))
  return sandbox.truth().raised.length / 20 / 60
}

/** Analysts write pages (contract/rocketcyber.md 4.3, "several KB"); the made-up stories are two lines long. */
function atLength(happening: Happening): Happening {
  const more = (lines: number, topic: string): string =>
    Array.from({ length: lines }, (_, i) => `\r\n${topic} ${i + 1} of ${happening.attack}: ${prose}`).join('')
  return {
    ...happening,
    // Made when asked for: 200,000 of them would be a gigabyte.
    get description() {
      return happening.description + more(9, 'Observation')
    },
    get remediation() {
      return happening.remediation + more(6, 'Step')
    },
  }
}

const prose =
  'the process tree, the signed-in account and the connections were looked at; nothing else of the kind was seen on other devices of the organisation. "Known good" files were compared by hash.'

/** One detection vendor, and the desk for which the tickets are meant. */
const pair = (all: readonly Connector[]): Connector[] =>
  all.filter((one) => one.desk !== undefined || one.contract.vendor === 'rocketcyber')
const connectors = pair(await loadConnectors())
const vendors = other === undefined ? connectors : pair(await registry.loadConnectors())
const perAttack = incidentsAnAttack()

async function compare(count: number): Promise<void> {
  const sandbox = new Sandbox(vendors, worldOf(count), walkingClock(start + 100 * day))
  // The budget would pace us by the virtual clock; only work is measured here.
  const fetch = remembering(sandbox.fetch())
  const { rows } = await throughLine(fetch, sandbox, true)
  const records = (rows.get('records') ?? []).filter((row) => row['feed'] === 'incidents')
  const bytes = records.reduce((sum, row) => sum + String(row['body']).length, 0) / records.length
  const ratios: number[] = []
  const floors: number[] = []
  for (let round = 1; round <= rounds; round++) {
    const line = await throughLine(fetch, sandbox)
    const raw = await rawInserts(records)
    const floor = await allRows(rows, records.length)
    ratios.push(raw / line.ms)
    floors.push(raw / floor)
    const [own, bare, least] = [line.ms, raw, floor].map((ms) => rate(records.length, ms))
    console.log(
      `line: ${records.length} incidents of ${Math.round(bytes)} bytes: line ${own}, raw ${bare}, all its rows raw ${least}`,
    )
  }
  report('line', 'of raw inserts of the same bytes', median(ratios), 'at least', 0.5)
  console.log(`line: raw inserts of all rows that it writes reach ${median(floors).toFixed(2)} of raw`)
}

/** The most memory that is in use (not: waiting to be collected) at some thirty pages, the sandbox's own taken off. */
async function memory(count: number): Promise<void> {
  const sandbox = new Sandbox(vendors, worldOf(count), walkingClock(start + 100 * day))
  sandbox.setSwitch('rocketcyber', 'rateLimit', '0')
  sandbox.truth()
  const inUse = (): number => {
    globalThis.gc?.()
    const { heapUsed, external } = process.memoryUsage()
    return heapUsed + external
  }
  const before = inUse()
  let peak = before
  let pages = 0
  const every = Math.ceil(count / 30_000)
  const note = (): void => {
    if (pages++ % every === 0) peak = Math.max(peak, inUse())
  }
  await throughLine(async (url, init) => (note(), sandbox.fetch()(url, init)), sandbox)
  console.log(Math.round((peak - before) / 2 ** 20))
}

/** In a process of its own: what one run has used up, the next would find there. */
function memoryApart(count: number): number {
  const args = ['--expose-gc', import.meta.filename, 'memory', String(count)]
  const { status, stdout } = spawnSync(process.execPath, args, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  if (status !== 0) throw new Error('the memory run failed')
  const mib = Number(stdout)
  console.log(`line: ${count.toLocaleString('en')} incidents, ${mib} MiB above the sandbox's own`)
  return mib
}

if (process.argv[2] === 'memory') await memory(Number(process.argv[3]))
else {
  await compare(incidents)
  const used = (process.argv[4] ?? '10000,50000,200000').split(',').map((count) => memoryApart(Number(count)))
  if (used.length > 1)
    report(
      'line',
      'times the memory for the largest history',
      (used.at(-1) ?? 0) / (used[0] ?? 1),
      'at most',
      1.5,
    )
}
