// The outside witness: no client of ours. One plain loop over fetch for each vendor, written from ../shared/contracts
// (auth, paging, when to walk again), against the sandbox behind a real port, while rows come and go.
//
// What "exactly once" can mean. A cursor follows a row's place: rows that stay are read once in a single walk, whatever
// happens around them. A page number counts rows: when one leaves or comes in front, those behind it shift, and a single
// walk can miss or double them. The contracts give the sign (the total moved, or the first page did) and the rule: walk
// again. So there it is the walk during which nothing moved that has every row once; and a walk that was moved is known.
import { afterAll, beforeAll, expect, test } from 'vitest'

import { loadConnectors } from '../src/connectors/registry.ts'
import { Sandbox } from '../src/sandbox/sandbox.ts'
import { makeWorld } from '../src/sandbox/world.ts'
import { type Listener, listen } from '../src/surfaces/http.ts'

const start = Date.parse('2026-06-01T00:00:00Z')
const minute = 60_000
const clock = { now: start }
let sandbox: Sandbox
let listener: Listener

beforeAll(async () => {
  const world = makeWorld({ seed: 5, customers: 40, start, days: 6, attacksPerCustomerDay: 2 })
  clock.now = start + 3 * 24 * 60 * minute
  const outside = { now: () => clock.now, random: () => 0.5, sleep: () => Promise.resolve() }
  sandbox = new Sandbox(await loadConnectors(), world, outside)
  for (const [vendor, switches] of Object.entries(sandbox.switches()))
    if ('rateLimit' in switches) sandbox.setSwitch(vendor, 'rateLimit', '0')
  listener = await listen((request) => sandbox.serve(request), {
    port: 0,
    host: '127.0.0.1',
    variable: 'PORT',
    onError: (trouble) => process.stderr.write(`${JSON.stringify(trouble)}\n`),
  })
})
afterAll(() => listener.close())

interface Page {
  ids: string[]
  /** What moves when the list does: the total, or what stands on the first page. */
  sign: string | undefined
  next: string | undefined
}

interface Witness {
  vendor: string
  headers(demo: Demo): Record<string, string>
  /** The first address, below the base. */
  first: string
  read(body: any, url: URL): Page
  /** One that comes and one that goes; by default time passes, and the world lets them. */
  change?(call: Call, turn: number): Promise<void>
  /** Pages follow a place. */
  cursor?: boolean
}

type Demo = ReturnType<Sandbox['connections']>[number]
type Call = (method: string, path: string, body?: unknown) => Promise<any>

const bearer = ({ keys }: Demo) => ({ authorization: `Bearer ${keys[0]!.value}` })
const idsOf = (rows: any[], name = 'id'): string[] => rows.map((row) => String(row[name]))
const turned = (url: URL, name: string, to: unknown): string => {
  const next = new URL(url)
  next.searchParams.set(name, String(to))
  return next.href
}

const witnesses: Witness[] = [
  {
    vendor: 'rocketcyber',
    headers: bearer,
    first: '/incidents?status=open&sort=createdAt:desc&pageSize=20&page=1',
    read({ data, totalCount, currentPage, totalPages }, url) {
      const next = currentPage < totalPages ? turned(url, 'page', currentPage + 1) : undefined
      return { ids: idsOf(data), sign: String(totalCount), next }
    },
  },
  {
    vendor: 'rapid7',
    // A person's key: the others may not make investigations.
    headers: ({ keys, organizationId }) => ({
      'x-api-key': keys.find((key) => key.name === 'multi-tenant user')!.value,
      'r7-organization-id': typeof organizationId === 'string' ? organizationId : '',
    }),
    first: '/idr/v2/investigations?index=0&size=3&sort=created_time,DESC&statuses=OPEN',
    read({ data, metadata }, url) {
      const next =
        metadata.index + 1 < metadata.total_pages ? turned(url, 'index', metadata.index + 1) : undefined
      return { ids: idsOf(data, 'rrn'), sign: String(metadata.total_data), next }
    },
    async change(call, turn) {
      for (let i = 0; i < (turn === 0 ? 12 : 2); i++)
        await call('POST', '/idr/v2/investigations', { title: 'Comes' })
      const { data } = await call('GET', '/idr/v2/investigations?statuses=OPEN&size=2&sort=created_time,ASC')
      if (turn % 2 === 0) return
      for (const { rrn } of data)
        await call('PUT', `/idr/v2/investigations/${encodeURIComponent(rrn)}/status/CLOSED`)
      clock.now += minute
    },
  },
  {
    vendor: 'cybervault',
    headers: bearer,
    first: '/threats?limit=5&sort=created_at:asc',
    cursor: true,
    read({ data, pagination }, url) {
      const next = pagination.next_cursor === null ? undefined : turned(url, 'cursor', pagination.next_cursor)
      return { ids: idsOf(data, 'assessment_id'), sign: undefined, next }
    },
  },
  {
    vendor: 'syncro',
    headers: bearer,
    first: '/tickets?page=1',
    read({ tickets, meta }, url) {
      const next = meta.page < meta.total_pages ? turned(url, 'page', meta.page + 1) : undefined
      return { ids: idsOf(tickets), sign: undefined, next }
    },
    async change(call, turn) {
      const { customers } = await call('GET', '/customers')
      const draft = { customer_id: customers[0].id, subject: 'Comes' }
      for (let i = 0; i < (turn === 0 ? 120 : 1); i++) await call('POST', '/tickets', draft)
      const { tickets } = await call('GET', '/tickets')
      if (turn % 2 === 1) for (const { id } of tickets.slice(0, 2)) await call('DELETE', `/tickets/${id}`)
    },
  },
  {
    vendor: 'rockety',
    headers: bearer,
    first: '/projects?page=1',
    read({ data, meta }, url) {
      const next =
        meta.current_page < meta.total_pages ? turned(url, 'page', meta.current_page + 1) : undefined
      return { ids: idsOf(data), sign: String(meta.total), next }
    },
    async change(call, turn) {
      for (let i = 0; i < (turn === 0 ? 40 : 1); i++) await call('POST', '/projects', { name: 'Comes' })
      const { data } = await call('GET', '/projects')
      if (turn % 2 === 1) for (const { id } of data.slice(0, 2)) await call('DELETE', `/projects/${id}`)
    },
  },
]

/** One walk to the end, and whether the list was seen to move. */
async function walk(witness: Witness, demo: Demo, between: (pages: number) => Promise<void>) {
  const ids: string[] = []
  const signs = new Set<string>()
  const get = async (url: string): Promise<Page> => {
    const answer = await fetch(url, { headers: witness.headers(demo), redirect: 'error' })
    expect([url, answer.status]).toEqual([url, 200])
    return witness.read(await answer.json(), new URL(url))
  }
  const first = `${demo.baseUrl}${witness.first}`
  let pages = 0
  for (let url: string | undefined = first; url !== undefined; pages++) {
    const page: Page = await get(url)
    ids.push(...page.ids)
    signs.add(page.sign ?? '')
    url = page.next
    if (pages === 0 && page.sign === undefined) signs.add(page.ids.join())
    if (url !== undefined) await between(pages)
  }
  // Where no total is told, the first page is read again.
  const again = await get(first)
  signs.add(again.sign ?? '')
  if (again.sign === undefined) signs.add(again.ids.join())
  return { ids, pages, moved: signs.size > (again.sign === undefined ? 2 : 1) }
}

const doubled = (ids: string[]): string[] => ids.filter((id, i) => ids.indexOf(id) !== i)

test.each(witnesses.map((one) => [one.vendor, one] as const))(
  '%s: every row exactly once, while rows come and go',
  async (vendor, witness) => {
    const demo = sandbox.connections(listener.origin).find((one) => one.vendor === vendor)!
    const call: Call = async (method, path, body) => {
      const headers = { ...witness.headers(demo), 'content-type': 'application/json' }
      const sent = body === undefined ? {} : { body: JSON.stringify(body) }
      const answer = await fetch(`${demo.baseUrl}${path}`, { method, headers, ...sent })
      const text = await answer.text()
      expect([method, path, answer.ok ? 'ok' : text]).toEqual([method, path, 'ok'])
      return JSON.parse(text)
    }
    let turn = 0
    const change = async (): Promise<void> => {
      if (witness.change !== undefined) await witness.change(call, turn++)
      else clock.now += 47 * minute
    }
    await change()
    const still = async (): Promise<void> => {}
    const before = await walk(witness, demo, still)
    expect([before.pages > 2, before.moved, doubled(before.ids)]).toEqual([true, false, []])

    const during = await walk(witness, demo, (pages) => (pages < 3 ? change() : still()))
    const after = await walk(witness, demo, still)
    expect([after.moved, doubled(after.ids)]).toEqual([false, []])
    const came = after.ids.filter((id) => !before.ids.includes(id))
    const went = before.ids.filter((id) => !after.ids.includes(id))
    const stayed = before.ids.filter((id) => after.ids.includes(id))
    expect(came.length).toBeGreaterThan(0)
    expect(stayed.length).toBeGreaterThan(5)
    // A list by page number says that it moved, and is walked again; where a cursor leads, once is enough.
    const last = witness.cursor === true ? during : after
    expect(witness.cursor === true || (went.length > 0 && during.moved)).toBe(true)
    expect([doubled(last.ids), stayed.filter((id) => !last.ids.includes(id))]).toEqual([[], []])
    expect((await walk(witness, demo, still)).ids).toEqual(after.ids)
  },
)
