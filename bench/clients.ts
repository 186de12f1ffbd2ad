/**
 * clients: pages that each vendor's client takes from text to validated rows, beside JSON.parse of the same bytes. The
 * pages are those that its feeds read from the sandbox; the network is answered at once. Rounds of the two alternate.
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
import type { Fetch, FetchAnswer } from '../src/domain/outside.ts'
import { makeWorld } from '../src/sandbox/world.ts'
import { median, rate, report, walkingClock } from './support.ts'

const customers = Number(process.argv[2] ?? 150)
const rounds = Number(process.argv[3] ?? 15)
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

/** Every page with rows that the feeds read, each address once. */
async function pagesOf(connector: Connector): Promise<{ asked: Asked[]; settings: Record<string, string> }> {
  const world = makeWorld({ seed: 3, customers, start, days: 10 })
  const switches: Record<string, string> =
    'rateLimit' in connector.contract.switches ? { rateLimit: '0' } : {}
  const { client, clock } = openPair(connector, { world, now: start + 20 * day, switches })
  const found = new Map<string, Asked>()
  const ask = client.try.bind(client)
  client.try = async (op, input = {}, options = {}) => {
    const outcome = await ask(op, input, options)
    const page: unknown = outcome.ok ? outcome.answer.value : undefined
    if (page instanceof Page && page.rows.length > 0)
      found.set(`${op.id} ${JSON.stringify([input, options])}`, {
        op,
        input,
        options,
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
  return { asked: [...found.values()], settings: { ...client.settings } }
}

/** A client whose every request is answered at once with the text that is set. */
function replaying(connector: Connector, settings: Record<string, string>) {
  let text = ''
  const answer: FetchAnswer = { status: 200, headers: { get: () => null }, text: async () => text }
  const fetch: Fetch = async () => answer
  const outside = { ...walkingClock(start), fetch }
  const pace = { scope: 'credential', requests: 1e9, windowMs: 1000, concurrency: 8 } as const
  const client = new Client(connector.contract, settings, new Budget(pace, outside), outside)
  return async (asked: Asked): Promise<number> => {
    text = asked.text
    const page = await client.call(asked.op, asked.input, asked.options)
    return page instanceof Page ? page.rows.length : 0
  }
}

/** ms of one round each way. */
async function measure(
  connector: Connector,
  asked: readonly Asked[],
  settings: Record<string, string>,
  times: number,
) {
  let own = 0
  let floor = 0
  for (let i = 0; i < times; i++) {
    const read = replaying(connector, settings) // a new one keeps no page of the round before
    let from = performance.now()
    let rows = 0
    for (const one of asked) rows += await read(one)
    own += performance.now() - from
    if (rows !== asked.reduce((sum, one) => sum + one.rows, 0)) throw new Error('rows are missing')
    from = performance.now()
    for (const one of asked) JSON.parse(one.text)
    floor += performance.now() - from
  }
  return { own, floor }
}

for (const connector of await loadConnectors()) {
  const { vendor } = connector.contract
  const { asked, settings } = await pagesOf(connector)
  const bytes = asked.reduce((sum, one) => sum + one.text.length, 0)
  const warm = await measure(connector, asked, settings, 3)
  const times = Math.max(1, Math.round(60 / (warm.own / 3)))
  await measure(connector, asked, settings, times)
  const all = []
  for (let round = 0; round < rounds; round++) all.push(await measure(connector, asked, settings, times))
  const perRound = asked.length * times
  const own = median(all.map((one) => one.own))
  const floor = median(all.map((one) => one.floor))
  const ratio = median(all.map((one) => one.floor / one.own))
  console.log(
    `clients: ${vendor}: ${asked.length} pages of ${Math.round(bytes / asked.length / 1024)} kB: ` +
      `${rate(perRound, own)} pages, JSON.parse ${rate(perRound, floor)}, ratio ${ratio.toFixed(2)}`,
  )
  report('clients', `of JSON.parse, ${vendor}`, ratio, 'at least', 0.5)
}
