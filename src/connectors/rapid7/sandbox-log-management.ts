import { isObject } from '../../contract/errors.ts'
import { Refusal } from '../../contract/refusal.ts'
import { type Behaviour, type Call, Reply } from '../../contract/server.ts'
import { nouns } from './log-management.ts'
import { uuidOf } from './sandbox-ids.ts'
import { here } from './sandbox-keys.ts'
import { readTimeRange } from './sandbox-leql.ts'
import { linkBase } from './sandbox-links.ts'
import { type LogSearch, logsNamed, searchOf } from './sandbox-log-query.ts'
import { type Log, logsOf, logsetOf, toLogRow } from './sandbox-log-events.ts'
import { type Organization, type Row, notFound } from './sandbox-organization.ts'
import { badRequest, bodyOf, textOr } from './sandbox-query.ts'

/** Logs, sets, wrapped nouns, volumes and downloads. */
const day = 86_400_000

function logOf(call: Call): Log {
  const log = logsOf(here(call)).find((one) => one.id === call.params['id'])
  if (log === undefined) throw notFound('log')
  return log
}

function logsetRow(organization: Organization, base: string): Row {
  const logs_info = logsOf(organization).map(({ id, name }) => ({
    id,
    name,
    links: [{ rel: 'Self', href: `${base}/management/logs/${id}` }],
  }))
  const changed = organization.table('logset').get('changed')
  return { description: '', user_data: {}, ...logsetOf(organization), ...changed, logs_info }
}

function replaceLogset(call: Call): unknown {
  const given = bodyOf(call)['logset']
  const { name, description } = isObject(given) ? given : {}
  here(call)
    .table('logset')
    .set('changed', { ...(typeof name === 'string' && { name }), description: textOr(description, '') })
  return { logset: logsetRow(here(call), linkBase(call)) }
}

const gone = (): Reply => new Reply(204, undefined)

/** What is there before anybody makes anything. */
function stocked(organization: Organization, noun: string): Map<string, Row> {
  const table = organization.table(noun)
  if (table.size > 0 || organization.table('stocked').has(noun)) return table
  organization.table('stocked').set(noun, {})
  const id = uuidOf(noun, organization.id)
  const logs = logsOf(organization).map((log) => log.id)
  const leql = {
    statement: 'where(result="SUCCESS")',
    during: { from: null, to: null, time_range: 'yesterday' },
  }
  if (noun === 'label') table.set(id, { id, sn: 1, name: 'Critical', color: 'e0e000', reserved: true })
  if (noun === 'saved_query') table.set(id, { id, name: 'Sign-ins of yesterday', leql, logs })
  return table
}

function nounBehaviours(noun: string): Record<string, Behaviour> {
  const plural = noun === 'saved_query' ? 'saved-queries' : `${noun}s`
  const one = (call: Call): Row => {
    const row = stocked(here(call), noun).get(call.params['id'] ?? '')
    if (row === undefined) throw notFound(noun)
    return row
  }
  const keep = (call: Call, before: Row): Record<string, Row> => {
    const given = bodyOf(call)[noun]
    const row = { ...before, ...(isObject(given) ? given : {}), id: String(before['id']) }
    stocked(here(call), noun).set(row.id, row)
    return { [noun]: row }
  }
  const remove = (call: Call): Reply => {
    const row = one(call)
    if (row['reserved'] === true) throw badRequest('A reserved label cannot be deleted')
    if (noun === 'variable' && isUsed(here(call), row))
      throw new Refusal(409, 'conflict', 'The variable is used by a saved query')
    stocked(here(call), noun).delete(String(row['id']))
    return gone()
  }
  return {
    [`${plural}.list`]: (call) => [...stocked(here(call), noun).values()],
    [`${plural}.create`]: (call) => new Reply(201, keep(call, { id: here(call).nextUuid(noun) })),
    [`${plural}.get`]: (call) => ({ [noun]: one(call) }),
    [`${plural}.replace`]: (call) => keep(call, { id: one(call)['id'] }),
    [`${plural}.update`]: (call) => keep(call, one(call)),
    [`${plural}.remove`]: remove,
  }
}

function isUsed(organization: Organization, variable: Row): boolean {
  const name = `\${${String(variable['name'])}}`
  return [...stocked(organization, 'saved_query').values()].some((row) =>
    JSON.stringify(row['leql'] ?? '').includes(name),
  )
}

/** Bytes a day and log, of at most a year. */
function usage(call: Call, only?: string): unknown {
  const organization = here(call)
  const { from, to, time_range } = call.query
  const span =
    typeof time_range === 'string'
      ? readTimeRange(time_range, call.now)
      : {
          from: Date.parse(textOr(from, '')) || call.now - 7 * day,
          to: (Date.parse(textOr(to, '')) || call.now) + day,
        }
  const logs = logsOf(organization).filter((log) => only === undefined || log.id === only)
  if (logs.length === 0) throw notFound('log')
  const first = span.from - (span.from % day)
  const days = Math.min(366, Math.max(1, Math.ceil((span.to - first) / day)))
  const bytes = (log: Log, at: number): number =>
    log
      .entries(organization, at, Math.min(at + day, call.now))
      .reduce((sum, entry) => sum + entry.message.length, 0)
  return {
    per_day_usage: {
      usage: Array.from({ length: days }, (_, i) => ({
        interval: new Date(first + i * day).toISOString().slice(0, 10),
        log_usage: logs.map((log) => ({ id: log.id, usage: bytes(log, first + i * day) })),
      })),
      period: { from: dateOf(first), to: dateOf(first + (days - 1) * day) },
      usage_units: 'bytes',
      report_interval: 'day',
    },
  }
}

function dateOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10)
}

/** Plain lines, oldest first; statistics cannot be downloaded. */
function download(call: Call): Reply {
  const ids = (call.params['ids'] ?? '').split(':')
  if (ids.length > 10) throw badRequest('At most ten logs can be downloaded at once')
  const statement = textOr(call.query['query'], '')
  if (/\b(groupby|calculate)\(/i.test(statement)) throw badRequest('Statistical queries cannot be downloaded')
  const search = searchOf(call, logsNamed(logsOf(here(call)), ids), '')
  const entries = search.logs
    .flatMap((log) => log.entries(here(call), search.from, search.to))
    .toSorted((a, b) => a.time - b.time)
  const limit = typeof call.query['limit'] === 'number' ? call.query['limit'] : entries.length
  const text = entries
    .slice(0, limit)
    .map((entry) => `${entry.message}\n`)
    .join('')
  return new Reply(200, text, { 'content-type': 'text/plain; charset=utf-8' })
}

export function logManagementBehaviours(searches: LogSearch): Record<string, Behaviour> {
  const rows = (call: Call, area: string): Row[] =>
    searches.logs(here(call), area).map((log) => toLogRow(here(call), log, `${linkBase(call)}${area}`))
  const auditRow = (call: Call): Row => {
    const row = rows(call, '/audit').find((one) => one['id'] === call.params['id'])
    if (row === undefined) throw notFound('log')
    return row
  }
  const missing = (): never => {
    throw notFound('export')
  }
  return {
    'logs.list': (call) => rows(call, ''),
    'logs.get': (call) => ({ log: toLogRow(here(call), logOf(call), linkBase(call)) }),
    'logs.remove': (call) => {
      here(call).removedLogs.add(logOf(call).id)
      return gone()
    },
    'logs.event-sources': (call) => [{ id: uuidOf('source', logOf(call).id), name: 'Active Directory' }],
    'logs.top-keys': (call) => [{ key: 'timestamp', weight: logOf(call).name.length }],
    'logsets.list': (call) => [logsetRow(here(call), linkBase(call))],
    'logsets.get': (call) => {
      if (call.params['id'] !== logsetOf(here(call)).id) throw notFound('log set')
      return { logset: logsetRow(here(call), linkBase(call)) }
    },
    'logsets.replace': replaceLogset,
    'logsets.remove': gone,
    ...Object.assign({}, ...nouns.map(([noun]) => nounBehaviours(noun))),
    'log-download.get': download,
    'log-usage.organization': (call) => usage(call),
    'log-usage.logs': (call) => usage(call),
    'log-usage.log': (call) => usage(call, call.params['key']),
    'log-metrics.query': (call) => searches.begin(call, searchOf(call, logsOf(here(call)), '')),
    'log-exports.list': () => [],
    'log-exports.get': missing,
    'log-exports.remove': missing,
    'search-stats.list': () => [],
    'audit-logs.list': (call) => rows(call, '/audit'),
    'audit-logs.get': (call) => ({ log: auditRow(call) }),
    'audit-exports.list': () => [],
    'audit-exports.get': missing,
  }
}
