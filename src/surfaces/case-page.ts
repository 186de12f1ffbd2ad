import type { CaseDetail } from '../api/operations/cases.ts'
import { ago, document, escape, link, rows } from './html.ts'

/** One case for people: what belongs to it and why, and what was told to whom. */
export function casePage(own: CaseDetail, now: number): string {
  const when = (time: string): string => ago((now - Date.parse(time)) / 1000)
  const tickets = own.tickets.map((one) => `ticket ${link(one.url, one.number)}${stateOf(one)}`)
  const findings = own.findings.map((one) => [
    escape(`${one.connection}/${one.feed}/${one.vendor_id}`),
    `<span class="${escape(one.severity)}">${escape(one.severity)}</span>`,
    one.open ? 'open' : 'resolved',
    when(one.time),
    escape(one.title),
    escape(one.reason),
    escape(one.entities.map((entity) => `${entity.kind} ${entity.value}`).join(', ')),
  ])
  const deliveries = own.deliveries.map((one) => [
    escape(one.kind),
    escape(one.state),
    String(one.attempts),
    String(one.lookups),
    one.sent_at === null ? 'not yet' : when(one.sent_at),
    escape(one.subject),
    escape(one.error ?? ''),
  ])
  const tasks = own.tasks.map((one) => [
    escape(one.action),
    one.state === 'deleted' ? '<span class="critical">deleted</span>' : escape(one.state),
    escape(one.closed_by ?? ''),
    one.closed_at === null ? '' : when(one.closed_at),
  ])
  const todo =
    tasks.length === 0
      ? ''
      : `<h2>What to do</h2>\n${rows(['Action', 'Task', 'Done by', 'When'], tasks, 'None.', ['Action'])}\n`
  const comments = own.comments.map((one) => [
    when(one.at),
    escape({ ticket: 'at the ticket', hub: 'here', news: '' }[one.source]),
    escape(one.author),
    escape(one.body),
  ])
  const decision =
    own.decision === null
      ? ''
      : `<p>${own.decision.status === 'resolved' ? 'Resolved' : 'Reopened'} by ${escape(own.decision.who)} ${when(own.decision.at)}: ${escape(own.decision.reason)}</p>`
  return document(
    `<p><a href="/">← all cases</a></p>
<header><h1>${escape(own.title)}</h1><span class="${escape(own.severity)}">${escape(own.severity)}</span></header>
<p><code>${escape(own.marker)}</code> · ${escape(own.tenant)} · ${escape(own.status)} · began ${when(own.first_time)} · ${tickets.length === 0 ? 'no ticket yet' : tickets.join(', ')}</p>
${decision}
<h2>Findings, and why they belong together</h2>
${rows(['Finding', 'Severity', 'At the vendor', 'When', 'Title', 'Why', 'Seen on'], findings, 'None.', ['Title', 'Why', 'Seen on'])}
${own.related.map((one) => `<p>Looks related to <a href="/cases/${encodeURIComponent(one.case_id)}"><code>${escape(one.marker)}</code></a>: ${escape(one.reason)}</p>`).join('\n')}
${own.corrections.map((one) => `<p>${when(one.at)} ${escape(one.kind)} by ${escape(one.who)}${one.why === '' ? '' : ` (${escape(one.why)})`}: ${one.findings.length} from <code>${escape(one.from)}</code> to <code>${escape(one.into)}</code>${one.undone ? ', undone' : ''}</p>`).join('\n')}
${todo}<h2>Deliveries</h2>
${rows(['Kind', 'State', 'Attempts', 'Look-ups', 'Sent', 'Subject', 'Trouble'], deliveries, 'Nothing was decided yet.', ['Subject', 'Trouble'])}
<h2>What was said</h2>
${rows(['When', 'Where', 'By', 'What'], comments, 'Nothing yet.', ['What'])}
<footer><a href="/v3/cases/${encodeURIComponent(own.id)}">as JSON</a></footer>`,
    { refreshSeconds: 5 },
  )
}

/** Red when it is gone, or stands under another customer. */
function stateOf(one: CaseDetail['tickets'][number]): string {
  if (one.gone !== null) return ` <span class="critical">${one.gone}</span>`
  if (one.folded_into !== null) return ' (a stray, folded)'
  const moved =
    one.moved_to === null ? '' : `, <span class="critical">moved to ${escape(one.moved_to)}</span>`
  return one.status === null ? moved : ` (${escape(one.status)}${moved})`
}
