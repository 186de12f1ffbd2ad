import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import { type ErrorHabit, isObject } from '../contract/errors.ts'
import type { Operation } from '../contract/operation.ts'
import type { Paging } from '../contract/paging.ts'
import type { OnRead } from '../contract/reading.ts'
import { Refusal } from '../contract/refusal.ts'
import type { Behaviour } from '../contract/server.ts'
import { Walk } from '../contract/walk.ts'
import { type VendorRecord, toRecord } from '../domain/record.ts'
import { type Exchange, Holding, readFixtures } from './conformance.ts'
import type { Board } from './board.ts'
import type { Connector } from './connector.ts'
import type { Desk } from './desk.ts'
import type { Feed } from './feed.ts'
import { type Pair, openPair } from './testing.ts'
import type { World } from './world.ts'

/**
 * What the conformance suite holds every vendor to, as functions that name what is wrong: planted-faults.test.ts shows
 * that each mapping, page rule and error reading which is taken away is named.
 */

export type ListOperation = Operation & { paging: Paging }

const perFeed = 3

/** Records of each feed. */
export interface Sources {
  records: { feed: string; record: VendorRecord }[]
}

/** Of what is published, and of the sandbox's where nothing is. Whose the rows are, the sandbox has to know itself. */
export async function sourcesOf(connector: Connector, folder: string, world: World): Promise<Sources> {
  const asked = new Set<string>()
  const own = await ownCustomers(connector, world, (op) => asked.add(op.id))
  const published = withPublished(connector, folder, () => true)
  const others = withPublished(connector, folder, (op) => !asked.has(op.id))
  const records: Sources['records'] = []
  for (const feed of connector.feeds) {
    const { client, clock } = quiet(feed.kind === 'customers' ? published : others, world)
    const holding = new Holding()
    await holding.run(feed, client, clock.now, own)
    for (const seed of [...holding.latest.values()].slice(0, perFeed))
      records.push({ feed: feed.name, record: toRecord('connection', feed.name, seed, clock.now) })
  }
  return { records }
}

/** By feed or port, then by thing: what the connector makes of what it reads. The same at every run. */
export type Readings = Record<string, Record<string, unknown>>

export async function readingsOf(connector: Connector, sources: Sources, world: World): Promise<Readings> {
  const out: Readings = {}
  for (const { feed: name, record } of sources.records) {
    const feed = connector.feeds.find((one) => one.name === name)
    const reading = feed && readingOf(feed, record)
    if (reading !== undefined) out[name] = { ...out[name], [record.vendorId]: reading }
  }
  const { desk, board } = connector
  const [customer = ''] = (desk ?? board) ? await ownCustomers(connector, world) : []
  if (desk !== undefined) out['desk'] = await deskReading(desk, quiet(connector, world), customer)
  if (board !== undefined) out['board'] = await boardReading(board, quiet(connector, world), customer)
  return JSON.parse(JSON.stringify(out)) as Readings // as it stands in the file
}

async function ownCustomers(connector: Connector, world: World, onRead?: OnRead): Promise<string[]> {
  const { client, clock } = quiet(connector, world)
  client.onRead = onRead
  const holding = new Holding()
  for (const feed of connector.feeds.filter((one) => one.kind === 'customers'))
    await holding.run(feed, client, clock.now, [])
  return [...holding.latest.keys()]
}

function quiet(connector: Connector, world: World): Pair {
  return openPair(connector, { world, now: world.start + 5 * 86_400_000, switches: unlimited(connector) })
}

function readingOf(feed: Feed, record: VendorRecord): unknown {
  return (
    feed.toReading?.(record) ??
    feed.toActivity?.(record) ??
    feed.toAsset?.(record) ??
    feed.toCustomer?.(record)
  )
}

/** The sandbox answers with the published records wherever there are any. */
function withPublished(connector: Connector, folder: string, which: (op: Operation) => boolean): Connector {
  const { contract, sandbox } = connector
  const fixtures = readFixtures(folder)
  const open: typeof sandbox.open = (world, options) => {
    const state = sandbox.open(world, options)
    const behaviours: Record<string, Behaviour> = { ...state.behaviours }
    for (const op of Object.values(contract.operations).filter((one) => one.paging !== undefined)) {
      const records = which(op) ? fixtures.find((one) => one.operation === op.id)?.records : undefined
      if (records !== undefined) behaviours[op.id] = () => records
    }
    return { ...state, behaviours, advance: () => state.advance() }
  }
  return { ...connector, sandbox: { ...sandbox, open } }
}

const marker = '[WF-7K2M9QX4TB]'

async function deskReading(
  desk: Desk,
  { client }: Pair,
  customerId: string,
): Promise<Record<string, unknown>> {
  const draft = {
    marker,
    customerId,
    subject: `Ransomware ${marker}`,
    body: 'Text',
    severity: 'high',
    hostname: null,
  }
  const { ticket } = await desk.create(client, { kind: 'create', ...draft })
  const [found] = await desk.findTickets(client, { marker, customerId, since: 0 })
  return { created: ticket, found }
}

async function boardReading(
  board: Board,
  { client }: Pair,
  customerId: string,
): Promise<Record<string, unknown>> {
  const project = await board.ensureProject(client, { customerId, name: 'Remediation', marker })
  const projectId = project.ok ? project.value.vendorId : ''
  const task = { projectId, name: 'Block', description: 'Text', severity: 'high', marker } as const
  const made = await board.createTask(client, task)
  const [found] = await board.findTasks(client, marker)
  const [foundProject] = await board.findProjects(client, marker)
  return { project, foundProject, made, found }
}

/** Committed, as a witness of what was read when somebody last looked: `vitest -u` writes it anew. */
export const readingsFile = (folder: string): string => join(folder, 'readings.snap')

/** Where what is read differs from what is committed. */
export function mappingProblems(folder: string, readings: Readings): string[] {
  const wanted: unknown = JSON.parse(readFileSync(readingsFile(folder), 'utf8'))
  return changes(wanted, readings, '')
}

function changes(wanted: unknown, found: unknown, path: string): string[] {
  if ((isObject(wanted) && isObject(found)) || (Array.isArray(wanted) && Array.isArray(found))) {
    const [a, b] = [wanted as Record<string, unknown>, found as Record<string, unknown>] // a list has keys too
    const keys = new Set([...Object.keys(a), ...Object.keys(b)])
    return [...keys].flatMap((key) => changes(a[key], b[key], path === '' ? key : `${path}/${key}`))
  }
  if (JSON.stringify(wanted) === JSON.stringify(found)) return []
  return [`${path}: ${found === undefined ? 'is lost' : wanted === undefined ? 'is new' : 'is another'}`]
}

/** Lists that can be walked without knowing anything: no hole in the path. */
export function walkable(connector: Connector): ListOperation[] {
  return Object.values(connector.contract.operations).filter(
    (op): op is ListOperation => op.paging !== undefined && !op.path.includes('{'),
  )
}

export interface ListSample {
  world: World
  query: Record<string, string>
  key?: string
}

/** Do small pages give every row that large ones give, to the end, and is the total read that the envelope tells? */
export async function pageProblems(
  connector: Connector,
  op: ListOperation,
  sample: ListSample,
): Promise<{ problems: string[]; pages: number; total: boolean }> {
  const whole = await walked(connector, op, sample)
  const small = await walked(connector, op, sample, 3)
  const problems = [whole.walk.reason, small.walk.reason].filter((reason) => reason !== undefined)
  const [of, seen] = [whole.walk.keys.size, small.walk.keys.size]
  if (seen !== of) problems.push(`small pages give ${seen} rows, large ones ${of}`)
  const total = op.paging.uncounted !== true && tells(small.pages[0], of)
  if (small.pages.length > 1 && small.total === undefined && total)
    problems.push(`the total of ${of} is told and not read`)
  return {
    problems: [...new Set(problems)].map((text) => `${op.id}: ${text}`),
    pages: small.pages.length,
    total,
  }
}

async function walked(connector: Connector, op: ListOperation, sample: ListSample, size?: number) {
  const now = sample.world.start + 5 * 86_400_000
  const options = { world: sample.world, now, switches: unlimited(connector) }
  const { client } = openPair(connector, { ...options, ...(sample.key !== undefined && { key: sample.key }) })
  const keyOf = (row: unknown): string => JSON.stringify((row as { id?: unknown }).id ?? row)
  const sized = size === undefined ? {} : { size }
  const walk = new Walk(client, op, { query: sample.query as never }, keyOf, { maxPasses: 1, ...sized })
  const pages: string[] = []
  let total: number | undefined
  for await (const page of walk.pages()) {
    pages.push(page.text)
    total ??= page.total
  }
  return { walk, pages, total }
}

/** Whether the number stands in the envelope, outside the rows. */
function tells(text: string | undefined, total: number): boolean {
  const found = (value: unknown): boolean =>
    isObject(value) ? Object.values(value).some(found) : String(value) === String(total)
  return found(JSON.parse(text ?? 'null'))
}

/** Is what a refusal says read back from each shape that it is written in? */
export function errorProblems({ contract }: Connector): string[] {
  const habits = new Map<ErrorHabit, string>([[contract.errors, 'errors']])
  for (const op of Object.values(contract.operations))
    if (op.errors !== undefined && !habits.has(op.errors)) habits.set(op.errors, `errors of ${op.id}`)
  const settings = Object.entries(contract.switches).flatMap(([name, rule]) =>
    rule.values.map((value) => ({ [name]: value })),
  )
  const found = [...habits].flatMap(([habit, name]) =>
    [{}, ...settings].flatMap((switches) => shapeProblems(habit, switches).map((text) => `${name}: ${text}`)),
  )
  return [...new Set(found)]
}

const said = { code: 'planted_code', message: 'Planted message', requestId: 'req_planted' }

function shapeProblems(habit: ErrorHabit, switches: Record<string, string>): string[] {
  const { code, message, requestId } = said
  const written = habit.write(new Refusal(418, code, message), { requestId, switches })
  const text = typeof written === 'string' ? written : JSON.stringify(written)
  const read = habit.read(typeof written === 'string' ? written : JSON.parse(text))
  const lost = Object.entries(said).filter(
    ([name, value]) => text.includes(value) && read[name as keyof typeof said]?.includes(value) !== true,
  )
  return lost.map(([name]) => `the ${name} is not read from ${text}`)
}

export function unlimited(connector: Connector): Record<string, string> {
  return connector.contract.switches['rateLimit'] === undefined ? {} : { rateLimit: '0' }
}

/** What a list must be asked with: as in the exchange that shows it. */
export function sampleOf(exchanges: readonly Exchange[], op: ListOperation): Record<string, string> {
  const exchange = exchanges.find(
    (one) => one.request.path === op.path && one.request.method === op.method && one.response.status === 200,
  )
  const own = Object.entries(exchange === undefined ? {} : queryOf(exchange, true))
  return Object.fromEntries(own.filter(([name]) => !(name in op.paging.query)))
}

export function queryOf(exchange: Exchange, here = false): Record<string, string> {
  return Object.fromEntries(
    new URLSearchParams((here ? exchange.sandbox?.search : undefined) ?? exchange.request.search ?? ''),
  )
}

/** A demo key that may do this; none when the first one may. */
export function keyFor({ state }: Pair, op: Operation): { key?: string } {
  const able = state.keys.find(({ value }) => {
    const identity = state.identify(value)
    if (identity === undefined || identity instanceof Refusal) return false
    const { permissions } = identity
    return (
      op.permission === undefined ||
      permissions === 'all' ||
      op.permission.some((one) => permissions.has(one))
    )
  })
  return able === undefined ? {} : { key: able.value }
}
