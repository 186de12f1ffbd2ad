import { expect, test } from 'vitest'

import { makeWorld } from '../../sandbox/world.ts'
import { Sandbox } from '../../sandbox/sandbox.ts'
import connector from './index.ts'
import { logManagement } from './log-management.ts'
import { logQuery } from './log-query.ts'
import { type LogPage, searchLogs, sequenceOf } from './log-search.ts'
import { day, hour, keyOf, parent, settingUp, start } from './testing.ts'

const setUp = settingUp<any>(makeWorld)

async function search(
  setup: Awaited<ReturnType<typeof setUp>>,
  query: Record<string, unknown>,
): Promise<LogPage[]> {
  const [log] = (await setup.pair.client.call(logManagement.logs)).rows
  const pages: LogPage[] = []
  const input = { params: { ids: log!.id }, query: { from: start, to: start + day, ...query } }
  for await (const page of searchLogs(setup.pair.client, logQuery.logs, logQuery.poll, input))
    pages.push(page)
  return pages
}

test.each<Record<string, string>>([
  { polls: '0' },
  { polls: '1' },
  { polls: '2' },
  { polls: '3', pollStatus: '202' },
  { links: 'other' },
  { nextLink: 'present' },
])('a search is read to its end, page after page: %j', async (switches) => {
  const setup = await setUp({ switches })
  const pages = await search(setup, { per_page: 10 })
  const events = pages.flatMap((page) => page.result.events ?? [])
  expect(events).toHaveLength(24)
  expect(new Set(events.map(sequenceOf)).size).toBe(24)
  expect(events.map((event) => Number(event.timestamp))).toEqual(events.map((_, i) => start + i * hour))
})

test('newest first, and filtered', async () => {
  const setup = await setUp()
  const [page] = await search(setup, { most_recent_first: true, per_page: 1 })
  expect(page?.result.events?.[0]?.timestamp).toBe(start + 23 * hour)
  const none = await search(setup, { query: 'where(result=FAILURE)' })
  expect(none[0]?.result.events).toEqual([])
})

test('sequence numbers that no double holds arrive digit by digit', async () => {
  const [page] = await search(await setUp(), { per_page: 1 })
  const [event] = page?.result.events ?? []
  expect(String(event?.sequence_number)).toBe(event?.sequence_number_str)
  expect(page?.text).toMatch(/"sequence_number":\d{19},/)
})

test('statistics come instead of events', async () => {
  const [page] = await search(await setUp(), { query: 'where(result=SUCCESS) groupby(service)' })
  expect(page?.result.statistics?.groups).toEqual([{ kerberos: { count: 24 } }])
})

test('a search that nobody looks at is forgotten, and nobody else can look at it', async () => {
  const { ask, pair, customers } = await setUp()
  const [log] = (await ask('GET /log_search/management/logs')).body.logs
  const line = `GET /log_search/query/logs/${log.id}?time_range=yesterday`
  const begun = await ask(line)
  expect([begun.status, begun.body.progress, begun.body.id.endsWith(':')]).toEqual([202, 0, true])
  const poll = `GET /log_search/query/${begun.body.id}`
  expect((await ask(poll, undefined, { 'r7-organization-id': customers[0] ?? '' })).status).toBe(404)
  expect((await ask(poll)).status).toBe(200)
  pair.clock.now += 2 * 60_000
  expect((await ask(poll)).status).toBe(404)
})

test('one form of the time is needed, and only one', async () => {
  const { ask } = await setUp()
  const [log] = (await ask('GET /log_search/management/logs')).body.logs
  const status = async (query: string) => (await ask(`GET /log_search/query/logs/${log.id}?${query}`)).status
  expect(await status('per_page=1')).toBe(400)
  expect(await status('time_range=yesterday&from=1&to=2')).toBe(400)
  expect(await status('time_range=soon')).toBe(400)
  expect(await status('time_range=LAST%2030%20days')).toBe(202)
  expect((await ask('GET /log_search/query/logs/none?time_range=today')).body).toEqual({
    code: 404,
    message: 'HTTP 404 Not Found',
  })
})

test('saved queries are wrapped, run by their singular path, and guard their variables', async () => {
  const { ask } = await setUp({ switches: { polls: '0' } })
  const [log] = (await ask('GET /log_search/management/logs')).body.logs
  const leql = { statement: 'where(${who})', during: { time_range: 'last 1 day' } }
  expect((await ask('POST /log_search/query/saved_queries', { name: 'flat' })).status).toBe(400)
  const made = await ask('POST /log_search/query/saved_queries', {
    saved_query: { name: 'Q', logs: [log.id], leql },
  })
  expect(made.status).toBe(201)
  const variable = (await ask('POST /log_search/query/variables', { variable: { name: 'who', value: 'x' } }))
    .body.variable.id
  expect((await ask(`DELETE /log_search/query/variables/${variable}`)).status).toBe(409)
  expect((await ask(`GET /log_search/query/saved_query/${made.body.saved_query.id}`)).status).toBe(200)
  expect((await ask(`DELETE /log_search/query/saved_queries/${made.body.saved_query.id}`)).status).toBe(204)
  expect((await ask(`DELETE /log_search/query/variables/${variable}`)).status).toBe(204)
})

test('logs come down as plain lines, and their volume by the day', async () => {
  const { ask } = await setUp()
  const [log] = (await ask('GET /log_search/management/logs')).body.logs
  const lines = await ask(`GET /log_search/download/logs/${log.id}?from=${start}&to=${start + day}&limit=5`)
  expect([lines.headers['content-type'], lines.text.trim().split('\n').length]).toEqual([
    'text/plain; charset=utf-8',
    5,
  ])
  expect(
    (await ask(`GET /log_search/download/logs/${log.id}?time_range=today&query=calculate(count)`)).status,
  ).toBe(400)
  const usage = (await ask('GET /log_search/usage/organizations/logs?from=2026-06-01&to=2026-06-02')).body
    .per_day_usage
  expect(usage.usage.map((one: any) => one.interval)).toEqual(['2026-06-01', '2026-06-02'])
})

test('every region has its prefix and its two hosts; a key is known in its own alone', async () => {
  const world = makeWorld({ seed: 1, customers: 2, start, days: 1 })
  const clock = { now: () => start + day, sleep: async () => {}, random: () => 0.5 }
  const sandbox = new Sandbox([connector], world, clock)
  const { pair } = await setUp()
  const eu = keyOf(pair, 'organization in eu')
  const status = async (path: string, host = 'localhost', key = eu) =>
    (
      await sandbox.serve({
        method: 'GET',
        path,
        search: '',
        headers: { host, 'x-api-key': key },
        body: '',
        ip: '',
      })
    ).status
  expect(await status('/rapid7/eu/idr/v2/investigations')).toBe(200)
  expect(await status('/rapid7/us3/idr/v2/investigations')).toBe(401)
  expect(await status('/rapid7-logs/eu/management/logs')).toBe(200)
  expect(await status('/rapid7/eu/log_search/management/logs')).toBe(200)
  expect(await status('/rapid7-logs/eu/idr/v1/investigations')).toBe(404)
  expect(await status('/idr/v2/investigations', 'eu.api.insight.rapid7.com')).toBe(200)
  expect(await status('/management/logs', 'eu.rest.logs.insight.rapid7.com')).toBe(200)
  expect(await status('/idr/v1/investigations', 'eu.rest.logs.insight.rapid7.com')).toBe(404)
  expect(await status('/idr/v2/investigations', 'us.api.insight.rapid7.com')).toBe(401)
})

test('on the native prefix links stay native', async () => {
  const world = makeWorld({ seed: 1, customers: 2, start, days: 1 })
  const sandbox = new Sandbox([connector], world, {
    now: () => start + day,
    sleep: async () => {},
    random: () => 0.5,
  })
  const { pair } = await setUp()
  const headers = {
    host: 'localhost:4400',
    'x-api-key': pair.state.keys[0]?.value,
    'r7-organization-id': parent,
  }
  const ask = async (path: string, search = '') =>
    JSON.parse((await sandbox.serve({ method: 'GET', path, search, headers, body: '', ip: '' })).body)
  const [log] = (await ask('/rapid7-logs/us/management/logs')).logs
  const begun = await ask(`/rapid7-logs/us/query/logs/${log.id}`, 'time_range=yesterday')
  expect(begun.links[0].href).toBe(`http://localhost:4400/rapid7-logs/us/query/${begun.id}`)
})
