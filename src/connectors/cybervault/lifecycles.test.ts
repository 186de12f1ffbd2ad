import { describe, expect, test } from 'vitest'

import { makeWorld } from '../../sandbox/world.ts'
import { day, keys, tenantsIn, sample, start, type Tenancy, walkAll } from './testing.ts'

const openTenant = tenantsIn(makeWorld)

const critical = {
  type: 'endpoint_telemetry',
  payload: {
    process_name: 'vssadmin.exe',
    command_line: 'vssadmin delete shadows',
    file_events: [{ operation: 'rename', count: 500 }],
    host: { hostname: 'WS-77' },
  },
}

/** Before the world's first attack: nobody else opens incidents meanwhile. */
const quiet = () => openTenant({ now: start - day, days: 0 })
const analyze = async (tenant: Tenancy, body: object = sample) =>
  (await tenant.ask('POST /threats/analyze', { body })).body
const code = ({ status, body }: { status: number; body: any }) =>
  status < 300 ? status : `${status} ${body.error.code}`

describe('assessments', () => {
  test.each([
    ['new', 'acknowledged', 200],
    ['new', 'closed', '400 invalid_state_transition'],
    ['new', 'new', '400 invalid_state_transition'],
    ['new', 'false_positive', 200],
    ['acknowledged', 'closed', 200],
    ['acknowledged', 'acknowledged', '400 invalid_state_transition'],
    ['closed', 'acknowledged', 200],
    ['closed', 'false_positive', 200],
    ['false_positive', 'acknowledged', 200],
    ['false_positive', 'closed', '400 invalid_state_transition'],
  ])('%s to %s: %s', async (from, to, expected) => {
    const tenant = quiet()
    const { assessment_id: id } = await analyze(tenant)
    const way = {
      new: [],
      acknowledged: ['acknowledged'],
      closed: ['acknowledged', 'closed'],
      false_positive: ['false_positive'],
    }
    for (const status of way[from as keyof typeof way])
      await tenant.ask(`PATCH /threats/${id}`, { body: { status } })
    tenant.clock.now += 5000
    const moved = await tenant.ask(`PATCH /threats/${id}`, { body: { status: to, note: 'looked at' } })
    const after = (await tenant.ask(`GET /threats/${id}`)).body
    const [begun, later] = ['2026-05-31T00:00:00Z', '2026-05-31T00:00:05Z']
    expect([code(moved), after.status, after.updated_at]).toEqual(
      expected === 200 ? [200, to, later] : [expected, from, begun],
    )
  })

  test('the synonym of an older page does the same', async () => {
    const tenant = quiet()
    const { assessment_id: id } = await analyze(tenant)
    expect(
      (await tenant.ask(`PATCH /threats/${id}/status`, { body: { status: 'false_positive' } })).body.status,
    ).toBe('false_positive')
  })

  test('a trace id is no idempotency key: the same request twice is two assessments', async () => {
    const tenant = quiet()
    const headers = { 'x-request-id': 'same' }
    const [one, two] = [
      await tenant.ask('POST /threats/analyze', { body: sample, headers }),
      await tenant.ask('POST /threats/analyze', { body: sample, headers }),
    ]
    expect(one.body.assessment_id).not.toBe(two.body.assessment_id)
    expect(one.body.request_id).toBe('same')
  })

  test('keys for tests have data of their own, all of it mock', async () => {
    const tenant = openTenant()
    const rows = await walkAll(
      { ...tenant, ask: (line, more) => tenant.ask(line, { ...more, key: keys.test }) },
      '/threats',
    )
    expect(rows.length).toBeGreaterThan(0)
    expect(rows.every((row) => row['mock'] === true)).toBe(true)
    const own = new Set(
      (await walkAll(tenant, '/threats', { limit: '200' })).map((row) => row['assessment_id']),
    )
    expect(rows.some((row) => own.has(row['assessment_id']))).toBe(false)
  })
})

describe('incidents', () => {
  test('from 90 on the engine opens one for a host and technique; within an hour others join, later a new one is opened', async () => {
    const tenant = quiet()
    const first = await analyze(tenant, critical)
    expect(first.risk_score).toBe(100)
    tenant.clock.now += 59 * 60_000
    const second = await analyze(tenant, critical)
    const elsewhere = await analyze(tenant, {
      ...critical,
      payload: { ...critical.payload, host: { hostname: 'WS-78' } },
    })
    tenant.clock.now += 2 * 60_000
    const later = await analyze(tenant, critical)
    const rows = await walkAll(tenant, '/incidents', { sort: 'created_at:asc' })
    const held = rows.map((row) => row['assessment_ids'])
    expect(held).toEqual([
      [first.assessment_id, second.assessment_id],
      [elsewhere.assessment_id],
      [later.assessment_id],
    ])
    expect(rows[0]).toMatchObject({
      source: 'engine',
      severity: 'critical',
      status: 'open',
      affected_assets: [{ type: 'host', value: 'WS-77' }],
    })
    const of = (await tenant.ask(`GET /threats/${second.assessment_id}/incidents`)).body.data
    expect(of.map((row: any) => row.incident_id)).toEqual([rows[0]!['incident_id']])
  })

  const create = async (tenant: Tenancy, body: object = { title: 'Odd' }) =>
    (await tenant.ask('POST /incidents', { body })).body

  test('people open them too', async () => {
    const tenant = quiet()
    const { assessment_id: id } = await analyze(tenant)
    const made = await tenant.ask('POST /incidents', {
      body: { title: 'Odd', assessment_ids: [id], tags: ['vip'] },
    })
    expect(made.status).toBe(201)
    expect(made.headers['location']).toBe(`/v3/incidents/${made.body.incident_id}`)
    expect(made.body).toMatchObject({
      severity: 'medium',
      status: 'open',
      source: 'api',
      assignee: null,
      resolution: null,
      tags: ['vip'],
    })
    expect((await tenant.ask(`GET /incidents/${made.body.incident_id}`)).body).toEqual(made.body)
    const wrong = await tenant.ask('POST /incidents', {
      body: { title: 'Odd', assessment_ids: ['ta_000000000000'] },
    })
    expect([code(wrong), wrong.body.error.details[0].field]).toEqual([
      '400 invalid_request',
      'assessment_ids',
    ])
    expect(code(await tenant.ask('POST /incidents', { body: { title: 'x'.repeat(201) } }))).toBe(
      '400 invalid_request',
    )
    expect(code(await tenant.ask('POST /incidents', { body: {} }))).toBe('400 missing_field')
    expect(code(await tenant.ask(`DELETE /incidents/${made.body.incident_id}`))).toBe(
      '405 method_not_allowed',
    )
  })

  test('forward, also past a step; back only to the investigation; closed needs a resolution', async () => {
    const tenant = quiet()
    const { incident_id: id } = await create(tenant)
    const move = (body: object) => tenant.ask(`PATCH /incidents/${id}`, { body })
    expect((await move({ status: 'contained' })).body.contained_at).toBe('2026-05-31T00:00:00Z')
    expect(code(await move({ status: 'open' }))).toBe('400 invalid_state_transition')
    expect(code(await move({ status: 'investigating' }))).toBe('400 invalid_state_transition')
    expect(code(await move({ status: 'closed' }))).toBe('400 missing_field')
    expect((await move({ status: 'closed', resolution: 'benign', assignee: 'ana' })).body).toMatchObject({
      resolved_at: '2026-05-31T00:00:00Z',
      assignee: 'ana',
    })
    expect((await move({ status: 'investigating' })).body).toMatchObject({
      resolved_at: null,
      contained_at: null,
      resolution: 'benign',
    })
    expect(code(await move({ status: 'resolved' }))).toBe(200)
    expect(code(await move({ status: 'resolved' }))).toBe(200)
    expect(code(await move({ status: 'gone' }))).toBe('400 invalid_request')
  })

  test('the timeline tells of everything, oldest first', async () => {
    const tenant = quiet()
    const threat = await analyze(tenant)
    const { incident_id: id } = await create(tenant, { title: 'Odd', assessment_ids: [threat.assessment_id] })
    await tenant.ask(`PATCH /incidents/${id}`, { body: { status: 'investigating' } })
    await tenant.ask(`PATCH /threats/${threat.assessment_id}`, { body: { status: 'acknowledged' } })
    const note = await tenant.ask(`POST /incidents/${id}/notes`, { body: { body: 'Called Ana.' } })
    expect([note.status, note.body]).toEqual([
      201,
      {
        id: expect.any(String),
        incident_id: id,
        body: 'Called Ana.',
        author: 'full access',
        created_at: '2026-05-31T00:00:00Z',
      },
    ])
    const action = { action: 'isolate_host', target: { type: 'host', value: 'WS-1' }, incident_id: id }
    await tenant.ask('POST /response/actions', { body: action })
    tenant.clock.now += 3000
    const lines = await walkAll(tenant, `/incidents/${id}/timeline`, { limit: '2' })
    expect(lines.map((line) => line['kind'])).toEqual([
      'incident.created',
      'incident.status',
      'assessment.status',
      'note',
      'action.status',
      'action.status',
      'action.status',
    ])
    expect(Object.keys(lines[0]!)).toEqual(['id', 'at', 'actor', 'kind', 'message', 'data'])
    expect((await walkAll(tenant, `/incidents/${id}/actions`)).map((row) => row['status'])).toEqual([
      'completed',
    ])
  })
})

describe('response actions', () => {
  const isolate = { action: 'isolate_host', target: { type: 'host', value: 'WS-1' } }
  const order = (tenant: Tenancy, body: object = isolate, key = keys.full) =>
    tenant.ask('POST /response/actions', { body, key })
  const status = async (tenant: Tenancy, id: string) =>
    (await tenant.ask(`GET /response/actions/${id}`)).body.status

  test('pending, running, completed, by the clock', async () => {
    const tenant = quiet()
    const { status: answered, body } = await order(tenant)
    expect([answered, body.status, body.simulated, body.dry_run, body.requested_by]).toEqual([
      201,
      'pending',
      false,
      false,
      'full access',
    ])
    tenant.clock.now += 1000
    expect(await status(tenant, body.action_id)).toBe('running')
    tenant.clock.now += 2000
    const done = (await tenant.ask(`GET /response/actions/${body.action_id}`)).body
    expect(done).toMatchObject({
      status: 'completed',
      result: { outcome: 'completed' },
      started_at: '2026-05-31T00:00:01Z',
      completed_at: '2026-05-31T00:00:03Z',
    })
  })

  test('cancelled while pending, and not later; failed when the agent is silent', async () => {
    const tenant = quiet()
    const { action_id: id } = (await order(tenant)).body
    expect((await tenant.ask(`POST /response/actions/${id}/cancel`)).body.status).toBe('cancelled')
    expect(code(await tenant.ask(`POST /response/actions/${id}/cancel`))).toBe('400 invalid_state_transition')
    tenant.clock.now += 10_000
    expect(await status(tenant, id)).toBe('cancelled')
    tenant.switches['actionOutcome'] = 'failed'
    const other = (await order(tenant)).body.action_id
    tenant.clock.now += 3000
    expect(await status(tenant, other)).toBe('failed')
    expect(code(await tenant.ask(`POST /response/actions/${other}/revert`, { body: {} }))).toBe(
      '400 invalid_state_transition',
    )
  })

  test('one at a time for one target, and the other is named', async () => {
    const tenant = quiet()
    const { action_id: id } = (await order(tenant)).body
    const again = await order(tenant)
    expect([code(again), again.body.error.message]).toEqual([
      '400 invalid_request',
      expect.stringContaining(id),
    ])
    tenant.clock.now += 3000
    expect((await order(tenant)).status).toBe(201)
  })

  test('a completed one is taken back by a further one; some cannot be', async () => {
    const tenant = quiet()
    const { action_id: id } = (await order(tenant)).body
    expect(code(await tenant.ask(`POST /response/actions/${id}/revert`, { body: {} }))).toBe(
      '400 invalid_state_transition',
    )
    tenant.clock.now += 3000
    const undo = await tenant.ask(`POST /response/actions/${id}/revert`, { body: { reason: 'false alarm' } })
    expect([undo.status, undo.body]).toMatchObject([
      201,
      { action: 'release_host', reverts: id, reason: 'false alarm', status: 'pending' },
    ])
    tenant.clock.now += 3000
    expect(await status(tenant, id)).toBe('reverted')
    const kill = (
      await order(tenant, { action: 'kill_process', target: { type: 'process', value: 'a.exe' } })
    ).body.action_id
    tenant.clock.now += 3000
    expect(code(await tenant.ask(`POST /response/actions/${kill}/revert`, { body: {} }))).toBe(
      '400 invalid_state_transition',
    )
  })

  test('what is ordered for a time ends by itself', async () => {
    const tenant = quiet()
    const { action_id: id, expires_at: until } = (await order(tenant, { ...isolate, expires_in_minutes: 10 }))
      .body
    expect(until).toBe('2026-05-31T00:10:00Z')
    tenant.clock.now += 10 * 60_000
    expect(await status(tenant, id)).toBe('reverted')
  })

  test('keys for tests and dry runs dispatch nothing', async () => {
    const tenant = quiet()
    expect((await order(tenant, isolate, keys.test)).body).toMatchObject({
      status: 'completed',
      simulated: true,
      result: { outcome: 'simulated' },
    })
    expect((await order(tenant, { ...isolate, dry_run: true })).body).toMatchObject({
      status: 'completed',
      simulated: true,
      dry_run: true,
    })
  })

  test.each<[string, object, string, string]>([
    ['an unknown action', { action: 'explode', target: isolate.target }, '400 invalid_request', 'action'],
    ['no action', { target: isolate.target }, '400 missing_field', 'action'],
    [
      'the wrong kind of target',
      { action: 'block_ip', target: isolate.target },
      '400 invalid_request',
      'target.type',
    ],
    [
      'a target without value',
      { action: 'monitor', target: { type: 'host', value: null } },
      '400 invalid_request',
      'target.value',
    ],
    [
      'an unknown assessment',
      { ...isolate, assessment_id: 'ta_000000000000' },
      '400 invalid_request',
      'assessment_id',
    ],
    [
      'an unknown incident',
      { ...isolate, incident_id: 'inc_000000000000' },
      '400 invalid_request',
      'incident_id',
    ],
    [
      'an endless time',
      { ...isolate, expires_in_minutes: 43_201 },
      '400 invalid_request',
      'expires_in_minutes',
    ],
  ])('%s is refused, and the field is named', async (_name, body, expected, field) => {
    const answer = await order(quiet(), body)
    expect([code(answer), answer.body.error.details[0].field]).toEqual([expected, field])
  })
})

describe('compliance', () => {
  test('frameworks add up to their controls', async () => {
    const tenant = quiet()
    const frameworks = await walkAll(tenant, '/compliance/frameworks')
    expect(frameworks.map((row) => row['framework_id'])).toEqual([
      'hipaa',
      'iso27001',
      'nist_csf',
      'pci_dss',
      'soc2',
    ])
    for (const row of frameworks) {
      const controls = await walkAll(
        tenant,
        `/compliance/frameworks/${String(row['framework_id'])}/controls`,
        { limit: '5' },
      )
      const count = (status: string) => controls.filter((one) => one['status'] === status).length
      const [passing, failing] = [count('passing'), count('failing')]
      expect(row).toMatchObject({
        control_count: controls.length,
        passing,
        failing,
        score: Math.round((100 * passing) / (passing + failing)),
      })
    }
    expect(code(await tenant.ask('GET /compliance/frameworks/none/controls'))).toBe('404 resource_not_found')
  })

  const ordered = { framework_id: 'soc2', period_start: '2026-01-01', period_end: '2026-02-01T00:00:00Z' }

  test('a report is queued, made and read', async () => {
    const tenant = quiet()
    const { status, body } = await tenant.ask('POST /compliance/reports', { body: ordered })
    expect([status, body.status, body.report_id]).toEqual([
      201,
      'queued',
      expect.stringMatching(/^rpt_[0-9a-f]{12}$/),
    ])
    expect(code(await tenant.ask(`GET /compliance/reports/${body.report_id}/content`))).toBe(
      '404 resource_not_found',
    )
    tenant.clock.now += 1000
    expect((await tenant.ask(`GET /compliance/reports/${body.report_id}`)).body.status).toBe('generating')
    tenant.clock.now += 2000
    expect((await walkAll(tenant, '/compliance/reports')).map((row) => row['status'])).toEqual(['ready'])
    expect(
      (await tenant.ask(`GET /compliance/reports/${body.report_id}/content`)).body.framework.framework_id,
    ).toBe('soc2')
  })

  test('a period must go forward, a framework be known, and a test key orders nothing', async () => {
    const tenant = quiet()
    const send = async (more: object, key = keys.full) =>
      code(await tenant.ask('POST /compliance/reports', { body: { ...ordered, ...more }, key }))
    expect(await send({ period_end: '2026-01-01' })).toBe('400 invalid_request')
    expect(await send({ framework_id: 'none' })).toBe('404 resource_not_found')
    expect(await send({ format: 'pdf' })).toBe('400 invalid_request')
    expect(await send({}, keys.test)).toBe('403 sandbox_restricted')
  })
})
