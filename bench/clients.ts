/**
 * clients: pages a second from text to validated rows, by vendor, beside JSON.parse of the same bytes; and whole calls,
 * answered at once. The pages are those that the feeds read from the sandbox. The ways alternate within each round.
 * Usage: npm run bench -- clients [customers] [rounds]
 */
import { Holding } from '../src/connectors/conformance.ts'
import type { Connector } from '../src/connectors/connector.ts'
import { loadConnectors } from '../src/connectors/registry.ts'
import { openPair } from '../src/connectors/testing.ts'
import { Budget } from '../src/contract/budget.ts'
import { type CallOptions, Client } from '../src/contract/client.ts'
import type { Operation } from '../src/contract/operation.ts'
import { Page } from '../src/contract/paging.ts'
import { readAnswer } from '../src/contract/reading.ts'
import type { Fetch, FetchAnswer } from '../src/domain/outside.ts'
import { makeWorld } from '../src/sandbox/world.ts'
import { rate, report, walkingClock } from './support.ts'

const customers = Number(process.argv[2] ?? 150)
const rounds = Number(process.argv[3] ?? 40)
const day = 86_400_000
const start = Date.UTC(2026, 5, 1)

/** A page that was read, and how to ask for it again. */
interface Asked {
  op: Operation
  input: object
  options: CallOptions
  text: string
  rows: number
}

interface Source {
  connector: Connector
  settings: Record<string, string>
  asked: Asked[]
  rows: number
}

/** Every page with rows that the feeds read, each address once. */
async function sourceOf(connector: Connector): Promise<Source> {
  const world = makeWorld({ seed: 3, customers, start, days: 10 })
  const switches: Record<string, string> =
    'rateLimit' in connector.contract.switches ? { rateLimit: '0' } : {}
  const { client, clock } = openPair(connector, { world, now: start + 20 * day, switches })
  const found = new Map<string, Asked>()
  const ask = client.try.bind(client)
  client.try = async (op, input, options) => {
    const outcome = await ask(op, input, options)
    const page: unknown = outcome.ok ? outcome.answer.value : undefined
    if (page instanceof Page && page.rows.length > 0)
      found.set(`${op.id} ${JSON.stringify([input, options])}`, {
        op,
        input: input ?? {},
        options: options ?? {},
        text: page.text,
        rows: page.rows.length,
      })
    return outcome
  }
  let seen: string[] = []
  for (const feed of connector.feeds.toSorted(
    (a, b) => Number(b.kind === 'customers') - Number(a.kind === 'customers'),
  )) {
    const holding = new Holding()
    await holding.run(feed, client, clock.now, seen)
    if (feed.kind === 'customers') seen = [...holding.latest.keys()]
  }
  const asked = [...found.values()]
  const rows = asked.reduce((sum, one) => sum + one.rows, 0)
  return { connector, settings: { ...client.settings }, asked, rows }
}

/** A client whose every request is answered at once with the text that is set. */
function replaying(connector: Connector, settings: Record<string, string>): (asked: Asked) => Promise<void> {
  let text = ''
  const answer: FetchAnswer = { status: 200, headers: { get: () => null }, text: async () => text }
  const fetch: Fetch = async () => answer
  const outside = { ...walkingClock(start), fetch }
  const pace = { scope: 'credential', requests: 1e9, windowMs: 1000, concurrency: 8 } as const
  const client = new Client(connector.contract, settings, new Budget(pace, outside), outside)
  return async (asked) => {
    text = asked.text
    await client.call(asked.op, asked.input, asked.options)
  }
}

function rowsOf({ op, input, text }: Asked): number {
  const found = readAnswer(op, { ...op.paging?.first(), ...(input as { query?: object }).query }, text)
  return found.ok && found.value instanceof Page ? found.value.rows.length : 0
}

interface Round {
  /** From text to validated page, ms. */
  read: number
  /** The same bytes by JSON.parse, ms. */
  parse: number
  /** The whole call, with address, headers, budget and time-out, ms. */
  call: number
}

async function measure(source: Source, times: number): Promise<Round> {
  const round: Round = { read: 0, parse: 0, call: 0 }
  for (let i = 0; i < times; i++) {
    let from = performance.now()
    let rows = 0
    for (const one of source.asked) rows += rowsOf(one)
    round.read += performance.now() - from
    if (rows !== source.rows) throw new Error('rows are missing')
    from = performance.now()
    for (const one of source.asked) JSON.parse(one.text)
    round.parse += performance.now() - from
    const call = replaying(source.connector, source.settings) // a new one keeps no page of the round before
    from = performance.now()
    for (const one of source.asked) await call(one)
    round.call += performance.now() - from
  }
  return round
}

for (const connector of await loadConnectors()) {
  const { vendor } = connector.contract
  const source = await sourceOf(connector)
  const { length } = source.asked
  const bytes = source.asked.reduce((sum, one) => sum + one.text.length, 0)
  const warm = await measure(source, 3)
  const times = Math.max(1, Math.round(20 / (warm.call / 3)))
  await measure(source, times)
  const all: Round[] = []
  for (let round = 0; round < rounds; round++) all.push(await measure(source, times))
  // A round is a few milliseconds: of several the fastest is the one that nothing else disturbed.
  const best = (of: (round: Round) => number): number => Math.min(...all.map(of))
  const shown = (of: (round: Round) => number): string => rate(length * times, best(of))
  const ratio = best((one) => one.parse) / best((one) => one.read)
  console.log(
    `clients: ${vendor}: ${length} pages of ${(bytes / length / 1024).toFixed(0)} kB: read ${shown((one) => one.read)}, ` +
      `JSON.parse ${shown((one) => one.parse)}, ratio ${ratio.toFixed(2)}; whole calls ${shown((one) => one.call)}`,
  )
  report('clients', `of JSON.parse, ${vendor}`, ratio, 'at least', 0.5)
}
