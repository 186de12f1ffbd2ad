import type { BudgetAnswer, BudgetsAnswer } from '../api/operations/budgets.ts'
import type { CaseAnswer } from '../api/operations/cases.ts'
import type { CustomerAnswer } from '../api/operations/customers.ts'
import type { DeliveryAnswer } from '../api/operations/deliveries.ts'
import type { FeedHealth, Health } from '../api/operations/health.ts'
import { ago, document, escape, link, rows, span, tile } from './html.ts'

/** The page at `/`: what a stranger sees first. No script; it loads itself again. */
export interface PageFacts {
  health: Health
  cases: CaseAnswer[]
  deliveries: DeliveryAnswer[]
  budgets: BudgetsAnswer
  /** Customers that need a person: their findings wait, or their name is in doubt. */
  waiting: CustomerAnswer[]
  demo: boolean
  now: number
}

export function statusPage({ health, cases, deliveries, budgets, waiting, demo, now }: PageFacts): string {
  const good = health.status === 'operational'
  const { sent, pending, sending, ambiguous, refused } = health.deliveries
  const tiles = [
    tile(health.cases.open, 'open cases'),
    tile(sent, 'deliveries sent'),
    tile(pending + sending, 'on their way'),
    tile(ambiguous, 'being looked up', ambiguous > 0),
    tile(refused, 'refused', refused > 0),
    tile(health.quarantined, 'findings wait for a customer', health.quarantined > 0),
    tile(health.dead_letters, 'dead letters', health.dead_letters > 0),
  ]
  const unsettled = deliveries.filter((one) => one.state !== 'sent')
  return document(
    `<header><h1>Watchfloor</h1><span class="${good ? 'ok' : 'bad'}">${good ? 'Operational' : 'Degraded'}</span></header>
${demo ? '<p class="demo">This is the demo: every vendor, customer and attack is made up by the sandbox. Connect your own with <code>watchfloor connect &lt;vendor&gt;</code>.</p>' : ''}
${health.reasons.length > 0 ? `<ul class="reasons">${health.reasons.map((reason) => `<li>${escape(reason)}</li>`).join('')}</ul>` : ''}
<div class="tiles">${tiles.join('')}</div>
<h2>Cases</h2>
${rows(
  ['Case', 'Severity', 'Ticket', 'Tenant', 'Title', 'Findings', 'Began'],
  cases.map((one) => caseCells(one, now)),
  'No cases yet.',
  ['Title'],
)}
${
  waiting.length > 0
    ? `<h2>Customers that wait for a decision</h2>${rows(
        ['Connection', 'Id', 'Customer', 'Waiting', 'Oldest', 'Why'],
        waiting.map((one) => customerCells(one, now)),
        '',
        ['Customer', 'Why'],
      )}`
    : ''
}
<h2>Coverage</h2>
${rows(['Connection', 'Feed', 'State', 'Last read', 'Every', 'Saved from loss', 'Why'], health.feeds.map(feedCells), 'Nothing is connected.', ['Why'])}
<h2>Budget</h2>
<p>${escape(budgets.forecast)}</p>
${budgets.data.some((one) => one.warnings.length > 0) ? `<ul class="reasons">${budgets.data.flatMap((one) => one.warnings.map((line) => `<li>${escape(line)}</li>`)).join('')}</ul>` : ''}
${rows(['Budget', 'Limit', 'Pace', 'Used by the cycles', 'Open incidents seen within', ''], budgets.data.map(budgetCells), 'No request yet.', [''])}
${unsettled.length > 0 ? `<h2>Deliveries not settled</h2>${rows(['Kind', 'State', 'Subject', 'Attempts', 'Trouble'], unsettled.map(deliveryCells), '', ['Subject', 'Trouble'])}` : ''}
<footer>${escape(health.timestamp)} · <a href="/v3/system/health">health</a> · <a href="/v3/coverage">coverage</a> · <a href="/v3/cases">cases</a> · <a href="/v3/deliveries">deliveries</a> · <a href="/v3/budgets">budgets</a> · <a href="/v3/openapi.json">OpenAPI</a> · <a href="/reference">reference</a> · this machine only</footer>`,
    { refreshSeconds: 5 },
  )
}

function caseCells(one: CaseAnswer, now: number): string[] {
  return [
    `<a href="/cases/${encodeURIComponent(one.id)}"><code>${escape(one.marker.slice(1, -1))}</code></a>`,
    `<span class="${escape(one.severity)}">${escape(one.severity)}</span>`,
    one.ticket === null ? 'not yet' : link(one.ticket.url, one.ticket.number),
    escape(one.tenant),
    escape(one.title),
    String(one.finding_count),
    ago((now - Date.parse(one.first_time)) / 1000),
  ]
}

function customerCells(one: CustomerAnswer, now: number): string[] {
  const { oldest_waiting: oldest } = one
  return [
    escape(one.connection),
    escape(one.vendor_id),
    escape(one.name),
    String(one.quarantined),
    oldest === null ? '' : ago((now - Date.parse(oldest)) / 1000),
    escape(one.reason),
  ]
}

function feedCells(feed: FeedHealth): string[] {
  return [
    escape(feed.connection),
    escape(feed.feed),
    `<span class="${escape(feed.light)}">${escape(feed.light)}</span>`,
    feed.age_seconds === null ? 'never' : ago(feed.age_seconds),
    span(feed.every_seconds),
    feed.lost_by_plain_cursor === 0 ? '' : String(feed.lost_by_plain_cursor),
    escape(feed.reason),
  ]
}

function budgetCells(one: BudgetAnswer): string[] {
  return [
    escape(
      one.name
        .split(':')
        .with(1, one.name.includes(':address') ? 'address' : 'key')
        .join(' '),
    ),
    `${one.requests} in ${span(one.window_seconds)}${one.guessed ? ' (a guess)' : ''}`,
    `<span class="${one.pace_percent === 100 ? 'ok' : 'bad'}">${one.pace_percent} %</span>`,
    `${one.use_percent} %`,
    one.open_late_seconds === null ? '' : `${one.open_late_seconds} s`,
    one.paused_until === null ? '' : escape(`waits until ${one.paused_until}`),
  ]
}

function deliveryCells(one: DeliveryAnswer): string[] {
  return [
    escape(one.kind),
    escape(one.state),
    escape(one.subject),
    String(one.attempts),
    escape(one.error ?? ''),
  ]
}

/** What an error code of the API means; the API's errors lead here. */
const meanings: Record<string, string> = {
  endpoint_not_found: 'The API has no such path: /v3/openapi.json lists them.',
  method_not_allowed: 'In this release the API only reads: use GET.',
  resource_not_found: 'There is nothing with this id.',
  invalid_parameter: 'A parameter does not fit; the message names it.',
  invalid_cursor: 'The cursor belongs to another list or filter: begin again without it.',
  internal_error: 'The program failed; its log says where.',
}

export function errorPage(code: string): string {
  return document(
    `<h1><code>${escape(code)}</code></h1><p>${escape(meanings[code] ?? 'This code is not known here.')}</p>`,
  )
}
