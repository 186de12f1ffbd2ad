import { describe, expect, test } from 'vitest'

import { attachments } from './attachments.ts'
import { entities } from './entities.ts'
import { investigations } from './investigations.ts'
import { threats } from './threats.ts'
import { makeWorld } from '../../sandbox/world.ts'
import { type Ask, hour, keyOf, parent, settingUp } from './testing.ts'

const setUp = settingUp<any>(makeWorld)

// What the sandbox does beside handing out rows: the rules of the contract document, one by one.

const lesson = `rrn:investigation:us:${parent}:investigation:RIQ3AJV0SBCI`
const path = `/idr/v2/investigations/${lesson}`

async function one(): Promise<Awaited<ReturnType<typeof setUp>> & { user: Record<string, string> }> {
  const found = await setUp()
  return { ...found, user: { 'x-api-key': keyOf(found.pair, 'multi-tenant user') } }
}

describe('investigations', () => {
  test('the same record by its name, raw or encoded, and by its old id; a slash at the end does no harm', async () => {
    const { ask } = await one()
    const uuid = (await ask('GET /idr/v1/investigations')).body.data.find((row: any) => row.rrn === lesson).id
    for (const id of [lesson, encodeURIComponent(lesson), uuid])
      expect((await ask(`GET /idr/v2/investigations/${id}/`)).body.rrn).toBe(lesson)
  })

  test('another organization’s investigation is not there', async () => {
    const { ask, customers } = await one()
    expect((await ask(`GET ${path}`, undefined, { 'r7-organization-id': customers[0] ?? '' })).status).toBe(
      404,
    )
  })

  test('status: any case, disposition only when it closes, the same again changes nothing', async () => {
    const { ask, pair } = await one()
    const open = (await ask(`PUT ${path}/status/investigating`, { disposition: 'BENIGN' })).body
    expect([open.status, open.disposition]).toEqual(['INVESTIGATING', 'UNDECIDED'])
    const closed = (await ask(`PUT ${path}/status/CLOSED`, { disposition: 'BENIGN' })).body
    expect([closed.status, closed.disposition]).toEqual(['CLOSED', 'BENIGN'])
    pair.clock.now += hour
    expect((await ask(`PUT ${path}/status/CLOSED`)).body.last_accessed).toBe(closed.last_accessed)
    expect((await ask(`PUT ${path}/status/GONE`)).status).toBe(400)
  })

  test('version 1 closes without touching the disposition, and has no single investigation', async () => {
    const { ask } = await one()
    await ask(`PUT ${path}/disposition/malicious`)
    const answer = (await ask(`PUT /idr/v1/investigations/${lesson}/status/CLOSED`)).body
    expect([answer.status, answer.disposition, 'organization_id' in answer]).toEqual([
      'CLOSED',
      'MALICIOUS',
      false,
    ])
    expect((await ask(`GET /idr/v1/investigations/${lesson}`)).status).toBe(404)
    expect((await ask('POST /idr/v1/investigations', {})).status).toBe(405)
  })

  test('priority and disposition by path; UNDECIDED cannot be set', async () => {
    const { ask } = await one()
    expect((await ask(`PUT ${path}/priority/critical`)).body.priority).toBe('CRITICAL')
    expect((await ask(`PUT ${path}/disposition/NOT_APPLICABLE`)).body.disposition).toBe('NOT_APPLICABLE')
    expect((await ask(`PUT ${path}/disposition/UNDECIDED`)).status).toBe(400)
  })

  test('PATCH: null stays, an empty e-mail address unassigns', async () => {
    const { ask } = await one()
    const kept = (await ask(`PATCH ${path}`, { title: 'New title', status: null, assignee: null })).body
    expect([kept.title, kept.assignee?.email]).toEqual(['New title', 'demo@lab.example'])
    expect((await ask(`PATCH ${path}`, { assignee: { email: null } })).body.assignee).toBeNull()
  })

  test('assigning takes somebody of the account', async () => {
    const { ask } = await one()
    expect(
      (await ask(`PUT ${path}/assignee`, { user_email_address: 'tech1@msp.test' })).body.assignee.email,
    ).toBe('tech1@msp.test')
    expect((await ask(`PUT ${path}/assignee`, { user_email_address: 'nobody@msp.test' })).status).toBe(404)
    expect((await ask(`PUT ${path}/assignee`, { user_email_address: '' })).status).toBe(400)
  })

  test('creating needs a user key; what is made is USER in version 2 and MANUAL in version 1', async () => {
    const { ask, user } = await one()
    expect((await ask('POST /idr/v2/investigations', { title: 'Mine' })).status).toBe(403)
    expect((await ask('POST /idr/v2/investigations', { title: '' }, user)).status).toBe(400)
    const made = (await ask('POST /idr/v2/investigations', { title: 'Mine', priority: null }, user)).body
    expect([made.source, made.status, made.priority]).toEqual(['USER', 'OPEN', 'UNSPECIFIED'])
    const v1 = (await ask('GET /idr/v1/investigations?size=1')).body.data[0]
    expect([v1.rrn, v1.source]).toEqual([made.rrn, 'MANUAL'])
    const listed = (await ask('GET /idr/v2/investigations?sources=MANUAL')).body.data
    expect(listed.map((row: any) => row.rrn)).toEqual([made.rrn])
  })

  test('a read-only key changes nothing', async () => {
    const { ask, pair } = await one()
    const headers = { 'x-api-key': keyOf(pair, 'read-only user'), 'r7-organization-id': '' }
    expect((await ask('GET /idr/v2/investigations', undefined, headers)).status).toBe(200)
    expect((await ask(`PUT ${path}/status/CLOSED`, undefined, headers)).status).toBe(403)
  })

  test('windows are exclusive, 28 days by default in version 2 and without end in version 1', async () => {
    const { ask, pair, user } = await one()
    const made = (await ask('POST /idr/v2/investigations', { title: 'Now' }, user)).body.created_time
    const count = async (line: string): Promise<number> => (await ask(line)).body.metadata.total_data
    const before = new Date(Date.parse(made) - 1).toISOString()
    expect(await count(`GET /idr/v2/investigations?start_time=${made}`)).toBe(0)
    expect(await count(`GET /idr/v2/investigations?start_time=${before}`)).toBe(1)
    expect(await count(`GET /idr/v2/investigations?start_time=${before}&end_time=${made}`)).toBe(0)
    pair.clock.now += 40 * 24 * hour
    expect(await count('GET /idr/v2/investigations')).toBe(0)
    expect(await count('GET /idr/v1/investigations')).toBe(3)
  })

  test('the default order is by priority; sorts and words that are wrong are 400, unknown names are ignored', async () => {
    const { ask, customers } = await one()
    const own = { 'r7-organization-id': customers[0] ?? '' }
    const rank = ['UNSPECIFIED', 'LOW', 'MEDIUM', 'HIGH', 'CRITICAL']
    const ranks = (await ask('GET /idr/v2/investigations?size=100', undefined, own)).body.data.map(
      (row: any) => rank.indexOf(row.priority),
    )
    expect(ranks).toEqual(ranks.toSorted((a: number, b: number) => b - a))
    for (const wrong of [
      'sort=created_time',
      'sort=title,ASC',
      'sort=created_time,UP',
      'statuses=DONE',
      'size=0',
      'size=x',
    ])
      expect([wrong, (await ask(`GET /idr/v2/investigations?${wrong}`)).status]).toEqual([wrong, 400])
    const all = (await ask('GET /idr/v2/investigations')).body.metadata.total_data
    expect(
      (await ask('GET /idr/v2/investigations?status=CLOSED&assignee_email=x')).body.metadata.total_data,
    ).toBe(all)
    expect((await ask('GET /idr/v2/investigations?statuses=OPEN,%20CLOSED')).body.metadata.total_data).toBe(
      all,
    )
    expect(
      (await ask('GET /idr/v2/investigations?assignee.email=demo@lab.example')).body.metadata.total_data,
    ).toBe(1)
    expect((await ask('GET /idr/v2/investigations?tags=Training')).body.metadata.total_data).toBe(1)
  })

  test('index past the end is an empty page; index counts pages', async () => {
    const { ask } = await one()
    const [first, second, past] = await Promise.all(
      [0, 1, 9].map((i) => ask(`GET /idr/v2/investigations?size=1&index=${i}`)),
    )
    expect(first?.body.data[0].rrn).not.toBe(second?.body.data[0].rrn)
    expect([past?.status, past?.body.data]).toEqual([200, []])
  })

  test('search: criteria are ANDed, without case; a field that cannot be searched so is 400', async () => {
    const { ask } = await one()
    const find = async (...search: unknown[]) => ask('POST /idr/v2/investigations/_search', { search })
    const title = { field: 'title', operator: 'CONTAINS', value: 'suspicious process' }
    const host = { field: 'actor_asset_hostname', operator: 'CONTAINS', value: 'lab' }
    expect((await find(title, host)).body.metadata.total_data).toBe(2)
    expect((await find(title, { field: 'status', operator: 'EQUALS', value: 'closed' })).body.data).toEqual(
      [],
    )
    expect((await find({ field: 'created_time', operator: 'EQUALS', value: 'x' })).status).toBe(400)
    expect((await find({ field: 'title', operator: 'EQUALS', value: 'x' })).status).toBe(400)
  })

  test('bulk close: a kind in a window, nothing at all when there are more than allowed', async () => {
    const { ask } = await one()
    const body = {
      source: 'ALERT',
      alert_type: 'Suspicious Process',
      from: '2026-01-01T00:00:00Z',
      to: '2027-01-01T00:00:00Z',
    }
    const close = (extra: object) => ask('POST /idr/v2/investigations/bulk_close', { ...body, ...extra })
    expect((await close({ max_investigations_to_close: 1 })).status).toBe(400)
    expect((await close({ alert_type: undefined })).status).toBe(400)
    expect((await close({ detection_rule_rrn: 'rrn:x' })).status).toBe(400)
    expect((await ask('GET /idr/v2/investigations?statuses=OPEN')).body.data).toHaveLength(2)
    expect((await close({})).body).toEqual({ ids: [expect.any(String), expect.any(String)], num_closed: 2 })
    const closed = (await ask('GET /idr/v2/investigations?statuses=CLOSED')).body.data
    expect(closed.map((row: any) => row.disposition)).toEqual(['NOT_APPLICABLE', 'NOT_APPLICABLE'])
  })

  test('an alert is unlinked once, with 200 and nothing; the alert times follow', async () => {
    const { ask } = await one()
    const before = (await ask(`GET ${path}`)).body
    const [newest] = (await ask(`GET ${path}/alerts`)).body.data
    const gone = await ask(`DELETE ${path}/alerts/${newest.id}`)
    expect([gone.status, gone.text]).toEqual([200, ''])
    expect((await ask(`DELETE ${path}/alerts/${newest.id}`)).status).toBe(404)
    const after = (await ask(`GET ${path}`)).body
    expect(after.latest_alert_time < before.latest_alert_time).toBe(true)
    expect(after.first_alert_time).toBe(before.first_alert_time)
  })
})

describe('comments and attachments', () => {
  test('a target is a resource name that is there; a comment says something', async () => {
    const { ask } = await one()
    const uuid = (await ask('GET /idr/v1/investigations')).body.data[0].id
    const say = async (body: unknown) => (await ask('POST /idr/v1/comments', body)).status
    expect(await say({ target: uuid, body: 'x' })).toBe(400)
    expect(await say({ target: lesson.replace('RIQ3', 'XXXX'), body: 'x' })).toBe(404)
    expect(await say({ target: lesson })).toBe(400)
    expect(await say({ target: lesson, body: 'x' })).toBe(200)
    expect((await ask('GET /idr/v1/comments')).status).toBe(400)
  })

  test('newest first or last; only its creator deletes a comment; visibility in any case', async () => {
    const { ask, user } = await one()
    const { rrn } = (await ask('POST /idr/v1/comments', { target: lesson, body: 'later' })).body
    const bodies = async (extra = '') =>
      (await ask(`GET /idr/v1/comments?target=${lesson}${extra}`)).body.data.map((row: any) => row.body)
    expect(await bodies()).toEqual(['later', 'test'])
    expect(await bodies('&sortDirection=ASC')).toEqual(['test', 'later'])
    expect((await ask(`PUT /idr/v1/comments/${rrn}/internal`)).body.visibility).toBe('INTERNAL')
    expect((await ask(`PUT /idr/v1/comments/r7/${rrn}/PUBLIC`)).body.visibility).toBe('PUBLIC')
    expect((await ask(`DELETE /idr/v1/comments/${rrn}`, undefined, user)).status).toBe(403)
    expect((await ask(`DELETE /idr/v1/comments/${rrn}`)).status).toBe(204)
    expect((await ask(`GET /idr/v1/comments/${rrn}`)).status).toBe(404)
  })

  test('files go up in parts, come back as they were, and belong to a target once a comment names them', async () => {
    const { ask, pair } = await one()
    const parts = [
      { name: 'filedata', fileName: 'note.txt', type: 'text/plain', text: 'Grüße\r\n--x' },
      { name: 'filedata', fileName: 'b.csv', text: 'a,b' },
    ]
    const files = await pair.client.call(attachments.upload, { body: { parts } })
    expect(files.map((file) => [file.file_name, file.size])).toEqual([
      ['note.txt', 12],
      ['b.csv', 3],
    ])
    const rrn = files[0]?.rrn ?? ''
    expect(await pair.client.call(attachments.download, { params: { rrn } })).toBe('Grüße\r\n--x')
    const listed = async () =>
      (await pair.client.call(attachments.list, { query: { target: lesson } })).rows.map((row) => row.rrn)
    expect(await listed()).not.toContain(rrn)
    await ask('POST /idr/v1/comments', { target: lesson, attachments: [rrn] })
    expect(await listed()).toContain(rrn)
  })

  test('a file that is being scanned is not handed out', async () => {
    const { ask } = await one()
    expect(
      (await ask(`GET /idr/v1/attachments/rrn:collaboration:us:${parent}:attachment:LESSONSCANNG`)).status,
    ).toBe(400)
    expect(
      (
        await ask('POST /idr/v1/attachments', 'no parts', {
          'content-type': 'multipart/form-data; boundary=x',
        })
      ).status,
    ).toBe(400)
  })
})

describe('threats', () => {
  const add = (ask: Ask<any>, key: string, format: string, body: unknown, type = 'application/json') =>
    ask(`POST /idr/v1/customthreats/key/${key}/indicators/add?format=${format}`, body, {
      'content-type': type,
    })

  test('the key is in no body; indicators count once; what is none comes back', async () => {
    const { ask } = await one()
    const made = await ask('POST /idr/v1/customthreats?format=json', {
      threat: 'T',
      note: 'n',
      indicators: { ips: ['198.51.100.9', '10.0.0.0/8'] },
    })
    const key = made.headers['x-sandbox-threat-key'] ?? ''
    expect(made.text).not.toContain(key)
    expect(made.body).toEqual({
      threat: { name: 'T', note: 'n', indicator_count: 1, published: false },
      rejected_indicators: ['10.0.0.0/8'],
    })
    expect(
      (await add(ask, key, 'json', { ips: ['198.51.100.9'], urls: ['https://a.test/x'] })).body.threat
        .indicator_count,
    ).toBe(2)
    expect((await add(ask, key, 'csv', 'a.test,b.test', 'text/csv')).body.threat.indicator_count).toBe(4)
    const stix = '<stix><v>c.test</v></stix>'
    expect((await add(ask, key, 'stix_xml', stix, 'text/xml')).body.threat.indicator_count).toBe(5)
    expect((await add(ask, key, 'pdf', {})).status).toBe(400)
    const replaced = await ask(`POST /idr/v1/customthreats/key/${key}/indicators/replace?format=json`, {
      domain_names: ['d.test'],
    })
    expect(replaced.body.threat.indicator_count).toBe(1)
    expect((await ask(`POST /idr/v1/customthreats/key/${key}/delete`, { reason: 'done' })).body.name).toBe(
      'T',
    )
    expect((await add(ask, key, 'json', {})).status).toBe(404)
  })

  test('a name that is taken is 400 and tells whose', async () => {
    const { pair } = await one()
    const body = { threat: 'T', indicators: {} }
    await pair.client.call(threats.create, { body })
    const again = await pair.client.try(threats.create, { body })
    expect(again.ok ? '' : again.error.message).toMatch(/already exists\. Existing threatId: [0-9a-f-]{36}/)
  })
})

describe('health, collectors, webhooks', () => {
  test('207 names what failed; its page count is not believed', async () => {
    const { ask, pair } = await setUp({ switches: { health: 'partial' } })
    const answer = await ask('GET /idr/v1/health-metrics')
    expect([answer.status, answer.body.metadata.failed_to_load]).toEqual([207, ['SENSORS']])
    expect((await ask('GET /idr/v1/health-metrics?resourceTypes=agent,honeypots')).body.data).toHaveLength(2)
    expect(pair.switches['health']).toBe('partial')
  })

  test('collectors have names and keys of their own', async () => {
    const { ask } = await one()
    const body = { name: 'Branch', key: '0c571bea-0e06-46f3-a67e-f08b68bfa128' }
    expect((await ask('POST /idr/v1/collectors', body)).body).toEqual({
      id: expect.any(String),
      rrn: expect.any(String),
      name: 'Branch',
    })
    expect((await ask('POST /idr/v1/collectors', body)).status).toBe(400)
  })

  test('a webhook lives: made, changed, validated, tested, deleted', async () => {
    const { ask } = await one()
    const { rrn } = (await ask('POST /idr/v1/cloud-webhooks', { name: 'Hook', url: 'https://a.test' })).body
    const hook = `/idr/v1/cloud-webhooks/${rrn}`
    expect((await ask(`PATCH ${hook}`, { name: 'Hook 2' })).body.name).toBe('Hook 2')
    expect(
      (await ask(`POST ${hook}/validation`, { type: 'OAUTH', client_id: 'c' })).body.validation_config.type,
    ).toBe('OAUTH')
    expect((await ask(`DELETE ${hook}/validation`)).status).toBe(204)
    expect((await ask(`POST ${hook}/test`)).status).toBe(200)
    expect((await ask(`POST ${hook}/replay`, { event_ids: ['1'] })).status).toBe(200)
    expect((await ask(`DELETE ${hook}`)).status).toBe(204)
    expect((await ask(`GET ${hook}`)).status).toBe(404)
  })
})

test('entities are searched and sorted by their own fields', async () => {
  const { pair, customers } = await one()
  const options = { settings: { organizationId: customers[0] ?? '' } }
  const search = [{ field: 'name', operator: 'CONTAINS', value: '-001-' }]
  const sort = [{ field: 'name', order: 'DESC' }]
  const found = await pair.client.call(entities.searchAssets, { body: { search, sort } }, options)
  const names = found.rows.map((row) => row.name ?? '')
  expect(names.length).toBeGreaterThan(1)
  expect(names).toEqual(names.toSorted().toReversed())
  const rrn = found.rows[0]?.rrn ?? ''
  expect((await pair.client.call(entities.asset, { params: { rrn } }, options)).name).toBe(names[0])
  const locals = await pair.client.call(entities.searchLocalAccounts, { body: {} }, options)
  const local = locals.rows[0]?.rrn ?? ''
  expect((await pair.client.call(entities.localAccount, { params: { rrn: local } }, options)).name).toBe(
    'administrator',
  )
  const wrong = await pair.client.try(
    entities.searchUsers,
    { body: { search: [{ field: 'shoe_size', operator: 'EQUALS', value: 1 }] } },
    options,
  )
  expect(wrong.ok ? 200 : wrong.error.status).toBe(400)
})

test.each([
  'GET /idr/v2/alerts',
  'GET /idr/v2/alerts/1',
  `GET /idr/v2/investigations/${lesson}/comments`,
  `GET /idr/v2/investigations/${lesson}/timeline`,
  'GET /idr/v2/accounts',
  'GET /idr/v2/assets',
  'GET /idr/v2/threat_indicators',
  'GET /idr/v2/iocs',
  'GET /idr/v1/detections',
  'GET /idr/v1/investigations/1',
  'POST /idr/v1/investigations/1',
])('what only invented clients ask for is 404: %s', async (line) => {
  const { ask } = await one()
  expect((await ask(line, line.startsWith('POST') ? {} : undefined)).status).toBe(404)
})

test('several organizations at once: user keys with multi-customer, ids then are names', async () => {
  const { ask, pair } = await one()
  const user = { 'x-api-key': keyOf(pair, 'user'), 'r7-organization-id': '' }
  const own = (await ask('GET /idr/v2/investigations?size=100', undefined, user)).body
  const all = (await ask('GET /idr/v2/investigations?size=100&multi-customer=true', undefined, user)).body
  expect(all.metadata.total_data).toBeGreaterThan(own.metadata.total_data)
  const foreign = all.data.find((row: any) => row.organization_id !== own.data[0].organization_id).rrn
  expect((await ask(`GET /idr/v2/investigations/${foreign}`, undefined, user)).status).toBe(404)
  expect(
    (await ask(`GET /idr/v2/investigations/${foreign}?multi-customer=true`, undefined, user)).status,
  ).toBe(200)
  await pair.client.call(investigations.list, { query: { 'multi-customer': true } })
})

test('the gateway profile counts 50 a minute on the Account API, as seconds that are left', async () => {
  const { ask, pair } = await setUp({ switches: { rateLimit: 'gateway' } })
  pair.clock.now += 120_000 - (pair.clock.now % 60_000) + 20_000
  const first = await ask('GET /account/api/1/products')
  expect([first.headers['ratelimit-limit'], first.headers['ratelimit-reset']]).toEqual(['50', '40'])
  expect((await ask('GET /idr/v2/investigations')).headers['ratelimit-limit']).toBeUndefined()
  for (let i = 0; i < 49; i++) await ask('GET /account/api/1/products')
  expect((await ask('GET /account/api/1/products')).status).toBe(429)
})

test('the client stops before a window is used up, whichever way the reset is written', async () => {
  for (const rateLimit of ['gateway', '60']) {
    const { pair } = await setUp({ switches: { rateLimit } })
    const { account } = await import('./account.ts')
    for (let i = 0; i < 130; i++)
      expect((await pair.client.try(account.products, {}, { attempts: 1 })).ok).toBe(true)
  }
})
