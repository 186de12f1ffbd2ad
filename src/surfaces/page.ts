import type { CaseAnswer } from '../api/operations/cases.ts'
import type { DeliveryAnswer } from '../api/operations/deliveries.ts'
import type { FeedHealth, Health } from '../api/operations/health.ts'

/** The page at `/`: what a stranger sees first. No script; it loads itself again. */
export interface PageFacts {
  health: Health
  cases: CaseAnswer[]
  deliveries: DeliveryAnswer[]
  demo: boolean
  now: number
}

export function statusPage({ health, cases, deliveries, demo, now }: PageFacts): string {
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
${rows(['Case', 'Severity', 'Ticket', 'Tenant', 'Title', 'Findings', 'Began'], cases.map((one) => caseCells(one, now)), 'No cases yet.')}
<h2>Feeds</h2>
${rows(['Connection', 'Feed', 'State', 'Last read', 'Every', ''], health.feeds.map(feedCells), 'Nothing is connected.')}
${unsettled.length > 0 ? `<h2>Deliveries not settled</h2>${rows(['Kind', 'State', 'Subject', 'Attempts', 'Trouble'], unsettled.map(deliveryCells), '')}` : ''}
<footer>${escape(health.timestamp)} · <a href="/v3/system/health">health</a> · <a href="/v3/cases">cases</a> · <a href="/v3/deliveries">deliveries</a> · <a href="/v3/openapi.json">OpenAPI</a> · this machine only</footer>`,
    5,
  )
}

function caseCells(one: CaseAnswer, now: number): string[] {
  const label = escape(one.ticket?.number ?? 'not yet')
  const safeUrl = /^https?:\/\//.test(one.ticket?.url ?? '') ? escape(one.ticket?.url ?? '') : ''
  return [
    `<a href="/v3/cases/${encodeURIComponent(one.id)}"><code>${escape(one.marker.slice(1, -1))}</code></a>`,
    `<span class="sev ${escape(one.severity)}">${escape(one.severity)}</span>`,
    safeUrl === '' ? label : `<a href="${safeUrl}" rel="noreferrer">${label}</a>`,
    escape(one.tenant),
    escape(one.title),
    String(one.finding_count),
    ago((now - Date.parse(one.first_time)) / 1000),
  ]
}

function feedCells(feed: FeedHealth): string[] {
  return [
    escape(feed.connection),
    escape(feed.feed),
    `<span class="${feed.state === 'ok' ? 'ok' : 'bad'}">${escape(feed.state)}</span>`,
    feed.age_seconds === null ? 'never' : ago(feed.age_seconds),
    span(feed.every_seconds),
    escape(feed.error ?? ''),
  ]
}

function deliveryCells(one: DeliveryAnswer): string[] {
  return [escape(one.kind), escape(one.state), escape(one.subject), String(one.attempts), escape(one.error ?? '')]
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
  return document(`<h1><code>${escape(code)}</code></h1><p>${escape(meanings[code] ?? 'This code is not known here.')}</p>`)
}

export function escape(text: string): string {
  return text.replace(/[&<>"']/g, (mark) => `&#${mark.charCodeAt(0)};`)
}

function tile(count: number, label: string, alarm = false): string {
  return `<div class="tile${alarm ? ' alarm' : ''}"><b>${count}</b>${label}</div>`
}

/** Cells are HTML already. */
function rows(titles: string[], cells: string[][], empty: string): string {
  if (cells.length === 0) return `<p class="empty">${empty}</p>`
  const head = titles.map((title) => `<th>${title}</th>`).join('')
  const body = cells.map((row) => `<tr>${row.map((cell) => `<td>${cell}</td>`).join('')}</tr>`).join('\n')
  return `<div class="scroll"><table><thead><tr>${head}</tr></thead><tbody>${body}</tbody></table></div>`
}

function ago(seconds: number): string {
  return seconds < 1 ? 'now' : `${span(seconds)} ago`
}

function span(seconds: number): string {
  if (seconds < 90) return `${Math.round(seconds)} s`
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`
  return seconds < 129_600 ? `${Math.round(seconds / 3600)} h` : `${Math.round(seconds / 86_400)} d`
}

const style = `:root{color-scheme:light dark;--line:#8883;--ok:#1a7f37;--bad:#b42318;--dim:#777}
@media(prefers-color-scheme:dark){:root{--ok:#4ac26b;--bad:#ff7b72;--dim:#999}}
body{font:15px/1.45 system-ui,sans-serif;max-width:72rem;margin:1.5rem auto;padding:0 1rem}
header{display:flex;align-items:baseline;gap:1rem}h1{font-size:1.5rem;margin:0}h2{font-size:1.05rem;margin:1.8rem 0 .4rem}
.ok{color:var(--ok);font-weight:600}.bad{color:var(--bad);font-weight:600}
.demo{border-left:3px solid #d4a72c;padding:.3rem .8rem;margin:1rem 0}.reasons{color:var(--bad);padding-left:1.2rem}
.tiles{display:flex;flex-wrap:wrap;gap:.6rem;margin-top:1rem}.tile{border:1px solid var(--line);border-radius:6px;padding:.4rem .8rem;color:var(--dim);font-size:.85rem}
.tile b{display:block;font-size:1.3rem;color:CanvasText}.alarm b{color:var(--bad)}
.scroll{overflow-x:auto}table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:.3rem .7rem .3rem 0;border-bottom:1px solid var(--line);vertical-align:top}
th{font-size:.8rem;color:var(--dim);font-weight:500}td:not(:nth-child(5)){white-space:nowrap}
.sev.critical,.sev.high{color:var(--bad);font-weight:600}.empty,footer{color:var(--dim)}footer{margin:2rem 0;font-size:.85rem}`

function document(body: string, refreshSeconds?: number): string {
  const refresh = refreshSeconds === undefined ? '' : `<meta http-equiv="refresh" content="${refreshSeconds}">`
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">${refresh}
<title>Watchfloor</title><link rel="icon" href="data:,"><style>${style}</style></head><body>
${body}
</body></html>
`
}
