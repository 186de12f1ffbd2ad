import * as z from 'zod'

import { sometimes } from '../../contract/hints.ts'
import { type Operation, operation } from '../../contract/operation.ts'
import { may } from './api.ts'
import { count, free, many, text } from './fields.ts'
import { logsurface } from './log-query.ts'
import { whole } from './paging.ts'

/** What Log Search is made of: logs, sets of logs, and the nouns that it keeps as lists with a wrapper. */
const infos = z
  .array(z.looseObject({ id: z.string(), name: text, rrn: sometimes(text), links: many }))
  .nullish()

export const log = z.looseObject({
  id: z.string(),
  name: text,
  rrn: text,
  tokens: many,
  structures: many,
  token_seed: text,
  source_type: text,
  retention_period: text,
  user_data: free,
  logsets_info: infos,
  links: many,
})
const logset = z.looseObject({
  id: z.string(),
  name: text,
  description: text,
  user_data: free,
  logs_info: infos,
})

const leql = z
  .looseObject({
    statement: text,
    during: z.looseObject({ from: count, to: count, time_range: text }).nullish(),
  })
  .nullish()
const item = { id: z.string(), name: text }
const label = z.looseObject({ ...item, sn: count, color: text, reserved: z.boolean().nullish() })
const savedQuery = z.looseObject({ ...item, leql, logs: many })
const variable = z.looseObject({ ...item, value: text, description: text })
const plain = z.looseObject(item)

const source = 'C: PLG, XSO, KMCP, DOC'
const permission = may.write

type Verb = 'list' | 'create' | 'get' | 'replace' | 'update' | 'remove'

/** The six operations of a wrapped noun: `{"label": {…}}`, and `{"labels": [{…}]}` for the list. */
function wrapped(noun: string, at: string, row: z.ZodType): Record<Verb, Operation> {
  const id = noun.replaceAll('_', '-')
  const key = noun === 'saved_query' ? 'saved_queries' : `${noun}s`
  const plural = id === 'saved-query' ? 'saved-queries' : `${id}s`
  const words = noun.replaceAll('_', ' ')
  const answer = z.looseObject({ [noun]: row })
  const body = z.looseObject({ [noun]: z.looseObject({}) })
  const one = `${at}/{id}`
  const shared = { source, ...logsurface }
  return {
    list: operation({
      ...shared,
      id: `${plural}.list`,
      method: 'GET',
      path: at,
      summary: `All ${words} entries`,
      answer: row,
      paging: whole(key),
    }),
    create: operation({
      ...shared,
      id: `${plural}.create`,
      method: 'POST',
      path: at,
      summary: `Make a ${words}`,
      body,
      answer,
      status: 201,
      permission,
    }),
    get: operation({
      ...shared,
      id: `${plural}.get`,
      method: 'GET',
      path: one,
      summary: `One ${words}`,
      answer,
    }),
    replace: operation({
      ...shared,
      id: `${plural}.replace`,
      method: 'PUT',
      path: one,
      summary: `Replace a ${words}`,
      body,
      answer,
      permission,
    }),
    update: operation({
      ...shared,
      id: `${plural}.update`,
      method: 'PATCH',
      path: one,
      summary: `Change a ${words}`,
      body,
      answer,
      permission,
      repeatable: true,
    }),
    remove: operation({
      ...shared,
      id: `${plural}.remove`,
      method: 'DELETE',
      path: one,
      summary: `Delete a ${words}`,
      answer: z.unknown(),
      status: 204,
      permission,
    }),
  }
}

/** Nouns, their paths and rows; the sandbox makes its tables from the same list. */
export const nouns = [
  ['label', '/management/labels', label],
  ['saved_query', '/query/saved_queries', savedQuery],
  ['variable', '/query/variables', variable],
  ['metric', '/management/metrics', plain],
  ['tag', '/management/tags', plain],
  ['action', '/management/actions', plain],
  ['target', '/management/targets', plain],
] as const

const logAnswer = z.looseObject({ log })
const logsetAnswer = z.looseObject({ logset })

export const logManagement = {
  logs: operation({
    id: 'logs.list',
    method: 'GET',
    path: '/management/logs',
    summary: 'All logs',
    source,
    answer: log,
    paging: whole('logs'),
    ...logsurface,
  }),
  log: operation({
    id: 'logs.get',
    method: 'GET',
    path: '/management/logs/{id}',
    summary: 'One log',
    source,
    answer: logAnswer,
    ...logsurface,
  }),
  removeLog: operation({
    id: 'logs.remove',
    method: 'DELETE',
    path: '/management/logs/{id}',
    summary: 'Delete a log',
    source,
    answer: z.unknown(),
    status: 204,
    permission,
    ...logsurface,
  }),
  eventSources: operation({
    id: 'logs.event-sources',
    method: 'GET',
    path: '/management/logs/{id}/event-sources',
    summary: 'What feeds a log',
    source: 'C: PSOC',
    answer: z.looseObject({}),
    paging: whole('event-sources'),
    ...logsurface,
  }),
  topKeys: operation({
    id: 'logs.top-keys',
    method: 'GET',
    path: '/management/logs/{id}/topkeys',
    summary: 'The commonest keys of a log',
    source: 'C: PSOC',
    answer: z.looseObject({}),
    paging: whole('topkeys'),
    ...logsurface,
  }),
  logsets: operation({
    id: 'logsets.list',
    method: 'GET',
    path: '/management/logsets',
    summary: 'All sets of logs',
    source,
    answer: logset,
    paging: whole('logsets'),
    ...logsurface,
  }),
  logset: operation({
    id: 'logsets.get',
    method: 'GET',
    path: '/management/logsets/{id}',
    summary: 'One set of logs',
    source,
    answer: logsetAnswer,
    ...logsurface,
  }),
  replaceLogset: operation({
    id: 'logsets.replace',
    method: 'PUT',
    path: '/management/logsets/{id}',
    summary: 'Replace a set of logs',
    source,
    body: z.looseObject({ logset: z.looseObject({}) }),
    answer: logsetAnswer,
    permission,
    ...logsurface,
  }),
  removeLogset: operation({
    id: 'logsets.remove',
    method: 'DELETE',
    path: '/management/logsets/{id}',
    summary: 'Delete a set of logs',
    source,
    answer: z.unknown(),
    status: 204,
    permission,
    ...logsurface,
  }),
  ...Object.fromEntries(
    nouns.flatMap(([noun, path, row]) =>
      Object.values(wrapped(noun, path, row)).map((op) => [op.id, op] as const),
    ),
  ),
}
