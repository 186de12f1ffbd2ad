/**
 * line: incidents/s from the vendor's page (its text) to a committed case and ticket intent, beside raw batched inserts of
 * the same bytes into the same kind of database; and memory from 10,000 to 200,000 incidents.
 * Usage: npm run bench -- line [incidents] [rounds]
 */
import { join } from 'node:path'

import Database from 'better-sqlite3'

import { loadConnectors } from '../src/connectors/registry.ts'
import type { Happening } from '../src/connectors/world.ts'
import type { Fetch, FetchAnswer } from '../src/domain/outside.ts'
import type { Hub } from '../src/pipeline/hub.ts'
import { advance } from '../src/pipeline/line.ts'
import { syncFeed } from '../src/pipeline/sync.ts'
import { Sandbox } from '../src/sandbox/sandbox.ts'
import { makeWorld } from '../src/sandbox/world.ts'
import { openStore } from '../src/store/store.ts'
import { hubOn, inTemp, median, rate, walkingClock } from './support.ts'

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

async function throughLine(
  count: number,
  fetch: Fetch,
  sandbox: Sandbox,
): Promise<{ ms: number; findings: number; bytes: string[] }> {
  return inTemp(async (directory) => {
    const store = await openStore({ kind: 'sqlite', file: join(directory, 'line.db') })
    const clock = walkingClock(start + 100 * day)
    const hub = hubOn(store, connectors, sandbox, { ...clock, fetch })
    await readAll(hub, ['customers'])
    const begun = performance.now()
    await readAll(hub, ['findings'])
    const ms = performance.now() - begun
    const bodies = await store.db
      .selectFrom('records')
      .innerJoin('findings', 'findings.record_id', 'records.id')
      .select('body')
      .execute()
    const changes = await store.db
      .selectFrom('ticket_changes')
      .select((eb) => eb.fn.countAll<number>().as('n'))
      .executeTakeFirstOrThrow()
    if (changes.n === 0) throw new Error('no ticket intent was made: the bench measures nothing')
    await store.close()
    return { ms, findings: bodies.length, bytes: bodies.map((row) => row.body) }
  })
}

/** The floor: the same bytes, one table, prepared statement, batches of 100. */
async function rawInserts(bodies: readonly string[]): Promise<number> {
  return inTemp(async (directory) => {
    const db = new Database(join(directory, 'raw.db'))
    db.pragma('journal_mode = WAL')
    db.pragma('synchronous = NORMAL')
    db.pragma('wal_autocheckpoint = 20000')
    db.exec('create table rows (id text primary key, body text not null)')
    const insert = db.prepare('insert into rows (id, body) values (?, ?)')
    const begun = performance.now()
    for (let i = 0; i < bodies.length; i += 100) {
      db.transaction(() => {
        for (const [n, body] of bodies.slice(i, i + 100).entries())
          insert.run(`rec_${String(i + n).padStart(24, '0')}`, body)
      })()
    }
    const ms = performance.now() - begun
    db.close()
    return ms
  })
}

function worldOf(count: number) {
  const customers = Math.min(200, Math.max(5, Math.round(count / 1000)))
  // 1.31 incidents an attack, on average.
  const world = makeWorld({
    seed: 1,
    customers,
    start,
    days: 60,
    attacksPerCustomerDay: count / customers / 60 / 1.31,
  })
  return { ...world, happenings: world.happenings.map(atLength) }
}

/** Analysts write pages (contract/rocketcyber.md 4.3, "several KB"); the made-up stories are two lines long. */
function atLength(happening: Happening): Happening {
  const more = (lines: number, topic: string): string =>
    Array.from({ length: lines }, (_, i) => `\r\n${topic} ${i + 1} of ${happening.attack}: ${prose}`).join('')
  const { description, remediation } = happening
  return {
    ...happening,
    description: description + more(9, 'Observation'),
    remediation: remediation + more(6, 'Step'),
  }
}

const prose =
  'the process tree, the signed-in account and the connections were looked at; nothing else of the kind was seen on other devices of the organisation. "Known good" files were compared by hash.'

// One detection vendor, and the desk for which the tickets are meant.
const connectors = (await loadConnectors()).filter(
  (one) => one.desk !== undefined || one.contract.vendor === 'rocketcyber',
)

async function compare(count: number): Promise<void> {
  const world = worldOf(count)
  const clock = walkingClock(start + 100 * day)
  const sandbox = new Sandbox(connectors, world, clock)
  // The budget would pace us by the virtual clock; only work is measured here.
  const fetch = remembering(sandbox.fetch())
  await throughLine(count, fetch, sandbox)
  const ratios: number[] = []
  for (let round = 1; round <= rounds; round++) {
    const line = await throughLine(count, fetch, sandbox)
    const raw = await rawInserts(line.bytes)
    ratios.push(raw / line.ms)
    const mean = Math.round(line.bytes.reduce((sum, body) => sum + body.length, 0) / line.bytes.length)
    const figures = `line ${rate(line.findings, line.ms)}, raw ${rate(line.findings, raw)}, ratio ${(raw / line.ms).toFixed(2)}`
    console.log(`line ${line.findings.toLocaleString('en')} incidents of ${mean} bytes: ${figures}`)
  }
  console.log(`line: median ratio ${median(ratios).toFixed(2)} of raw inserts (goal 0.50)`)
}

/** Peak memory over a reading of so many incidents, the sandbox's own memory taken off by measuring before. */
async function memory(count: number): Promise<number> {
  const world = worldOf(count)
  const sandbox = new Sandbox(connectors, world, walkingClock(start + 100 * day))
  sandbox.truth()
  globalThis.gc?.()
  const before = process.memoryUsage().rss
  let peak = before
  const timer = setInterval(() => (peak = Math.max(peak, process.memoryUsage().rss)), 5)
  await throughLine(count, sandbox.fetch(), sandbox)
  clearInterval(timer)
  return (Math.max(peak, process.memoryUsage().rss) - before) / 2 ** 20
}

await compare(incidents)
if (process.argv[4] !== 'no-memory') {
  for (const count of [10_000, 50_000, 200_000]) {
    console.log(
      `line memory: ${count.toLocaleString('en')} incidents, ${(await memory(count)).toFixed(0)} MiB above the sandbox's own`,
    )
  }
}
