import { expect, test } from 'vitest'
import type { BudgetsAnswer } from '../api/operations/budgets.ts'
import type { CaseDetail } from '../api/operations/cases.ts'
import type { CustomerAnswer } from '../api/operations/customers.ts'
import type { Health } from '../api/operations/health.ts'
import { casePage } from './case-page.ts'
import { errorPage, statusPage } from './page.ts'
import { createWeb } from './web.ts'

const evil = `<script>alert(1)</script>"'&`
const at = '2026-11-22T03:00:00Z'
const now = Date.parse(at) + 60_000

const health: Health = {
  status: 'degraded',
  timestamp: at,
  reasons: [evil],
  feeds: [
    {
      connection: evil,
      vendor: 'x',
      feed: evil,
      state: 'failed',
      light: 'red',
      reason: evil,
      last_run_at: at,
      age_seconds: 60,
      every_seconds: 60,
      error: evil,
      lost_by_plain_cursor: 3,
    },
  ],
  cases: { open: 1, resolved: 0 },
  quarantined: 2,
  doubtful_customers: 0,
  dead_letters: 0,
  ambiguous_writes: 1,
  deliveries: { pending: 0, sending: 0, ambiguous: 1, sent: 3, refused: 0 },
}

const budgets: BudgetsAnswer = {
  customers: 3,
  forecast: '3 customers: oldest open incident seen at most 95 s late',
  data: [
    {
      name: 'acme:0123',
      connections: [evil],
      requests: 60,
      window_seconds: 61,
      guessed: true,
      pace_percent: 50,
      paused_until: at,
      learned: null,
      shares: [],
      spent: 0,
      use_percent: 12,
      open_late_seconds: 95,
      feeds: [],
      warnings: [evil],
    },
  ],
}

const waiting: CustomerAnswer = {
  connection: evil,
  vendor_id: evil,
  name: evil,
  tenant_id: null,
  tenant: null,
  reason: evil,
  quarantined: 2,
  oldest_waiting: at,
  filed_elsewhere: 0,
  doubt: false,
  missing_since: null,
}

const own: CaseDetail = {
  id: 'case_1',
  marker: '[WF-0000000000]',
  tenant_id: 'ten_1',
  tenant: evil,
  title: evil,
  severity: 'high',
  status: 'open',
  first_time: at,
  last_time: at,
  finding_count: 1,
  merged_into: null,
  ticket: { number: evil, url: 'javascript:alert(1)' },
  created_at: at,
  updated_at: at,
  findings: [
    {
      id: 'fnd_1',
      connection: evil,
      feed: evil,
      vendor_id: evil,
      title: evil,
      severity: 'high',
      open: true,
      time: at,
      entities: [{ kind: 'host', value: evil }],
      weight: 0,
      reason: evil,
      record_id: 'rec_1',
    },
  ],
  tickets: [
    {
      id: 'tkt_1',
      case_id: 'case_1',
      connection: 'x',
      vendor_id: '1',
      number: evil,
      marker: '[WF-0000000000]',
      url: 'javascript:alert(1)',
      folded_into: null,
      status: 'In Progress',
      phase: 'working',
      priority: '1 High',
      assignee: null,
      gone: null,
      moved_to: null,
      created_at: at,
    },
  ],
  comments: [{ source: 'ticket', author: evil, body: evil, at }],
  decision: { status: 'resolved', who: evil, reason: evil, at },
  corrections: [
    {
      id: 'cor_1',
      kind: 'merge' as const,
      at,
      who: evil,
      why: evil,
      into: evil,
      from: evil,
      findings: ['fnd_1'],
      undone: false,
    },
  ],
  related: [{ case_id: evil, marker: evil, reason: evil, weight: 1 }],
  tasks: [
    {
      id: 'tsk_1',
      case_id: 'case_1',
      tenant_id: 'ten_1',
      connection: 'x',
      vendor_id: '1',
      marker: '[WF-0000000001]',
      action: evil,
      severity: 'high',
      state: 'done',
      closed_by: evil,
      closed_at: at,
      created_at: at,
    },
  ],
  deliveries: [
    {
      id: 'chg_1',
      case_id: 'case_1',
      connection: 'x',
      kind: 'create',
      version: 1,
      subject: evil,
      state: 'ambiguous',
      attempts: 1,
      lookups: 2,
      ambiguities: 1,
      settled_by_lookup: false,
      due_at: at,
      sent_at: null,
      vendor_id: null,
      error: evil,
      created_at: at,
    },
  ],
}

test.each([
  [
    'status',
    statusPage({
      health,
      cases: [own],
      deliveries: own.deliveries,
      budgets,
      waiting: [waiting],
      demo: true,
      now,
    }),
  ],
  ['case', casePage(own, now)],
  ['error', errorPage(evil)],
])('the %s page shows what vendors write as text, and leads nowhere that is not the web', (_, page) => {
  expect(page).toContain('&#60;script&#62;')
  expect(page).not.toMatch(/<script|javascript:|"'&/)
})

test('trouble is on top: why it is degraded, and the alarm on its count', () => {
  const page = statusPage({
    health,
    cases: [],
    deliveries: [],
    budgets,
    waiting: [{ ...waiting, name: 'Acme' }],
    demo: false,
    now,
  })
  expect(page).toContain('<span class="bad">Degraded</span>')
  expect(page).toContain('<div class="tile alarm"><b>2</b>findings wait for a customer</div>')
  expect(page).toContain('<span class="red">red</span>')
  expect(page).toContain('<td class="long">Acme</td><td>2</td><td>60 s ago</td>')
  expect(page).not.toContain('This is the demo')
})

test('how fresh the limits keep it is on the page, and which of them is slowed down', () => {
  const page = statusPage({ health, cases: [], deliveries: [], budgets, waiting: [], demo: false, now })
  expect(page).toContain('oldest open incident seen at most 95 s late')
  expect(page).toContain('<span class="bad">50 %</span>')
})

const web = createWeb({
  api: async (request) => ({ status: 200, headers: {}, body: `api ${request.path}` }),
  page: async () => 'the page',
  casePage: async (id) => (id === 'case_1' ? 'the case' : undefined),
  reference: async (name) => (['', 'acme'].includes(name) ? `the reference of ${name}` : undefined),
})
const ask = (path: string, host: string | undefined = '127.0.0.1:4400', method = 'GET') =>
  web({ method, path, search: '', headers: { host }, body: '', ip: '127.0.0.1' })

test.each([
  ['localhost', 200],
  ['LOCALHOST:4400', 200],
  ['127.0.0.1:4400', 200],
  ['[::1]:4400', 200],
  ['evil.test', 403],
  ['127.0.0.1.evil.test', 403],
  ['localhost.evil.test:4400', 403],
  ['evil.test:4400#@localhost', 403],
  ['', 403],
])('Host "%s" is answered with %d', async (host, status) => {
  expect((await ask('/', host)).status).toBe(status)
  expect((await ask('/v3/cases', host)).status).toBe(status)
})

test('paths and methods', async () => {
  expect((await ask('/')).body).toBe('the page')
  expect((await ask('/v3/cases')).body).toBe('api /cases')
  expect((await ask('/v3')).body).toBe('api /')
  expect((await ask('/cases/case_1')).body).toBe('the case')
  expect((await ask('/cases/other')).status).toBe(404)
  expect((await ask('/reference')).body).toBe('the reference of ')
  expect((await ask('/reference/acme')).body).toBe('the reference of acme')
  expect((await ask('/reference/other')).status).toBe(404)
  expect((await ask('/references')).status).toBe(404)
  expect((await ask('/v3cases')).status).toBe(404)
  expect((await ask('/', undefined, 'POST')).status).toBe(405)
  expect((await ask('/errors/invalid_cursor')).body).toContain('begin again without it')
  expect((await ask('/')).headers['content-security-policy']).toMatch(/^default-src 'none'/)
})
