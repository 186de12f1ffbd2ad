import * as z from 'zod'

import { parseJson } from '../../contract/body.ts'
import { operation } from '../../contract/operation.ts'
import { Walk } from '../../contract/walk.ts'
import { hostEntity } from '../../domain/entity.ts'
import type { RecordSeed } from '../../domain/record.ts'
import { wholeList } from '../whole-list.ts'
import type { Batch, Feed, FeedReader } from '../feed.ts'
import { subscription } from './api.ts'
import { id, lastSegment, query, text, timeOf, word } from './fields.ts'
import { paged } from './paging.ts'

/** The devices that carry RocketCyber's agent. */
const agent = z.looseObject({
  id,
  customerId: id.nullish(),
  hostname: text,
  ipv4Address: text,
  macAddress: text,
  createdAt: text,
  platform: text,
  family: text,
  version: text,
  edition: text,
  architecture: text,
  build: text,
  release: text,
  accountPath: text,
  agentVersion: text,
  connectivity: word('online', 'offline', 'isolated'),
  lastConnected: text,
})

export const listAgents = operation({
  id: 'agents.list',
  method: 'GET',
  path: '/agents',
  summary: 'Agents, of all customers or of some',
  source: 'C: CEL3, SRV, CEL2, RPT, RST',
  query: z.object({
    accountId: query.accountId,
    id: query.texts,
    hostname: query.texts.describe('contains; an asterisk matches nothing'),
    ip: query.texts,
    created: query.range,
    os: z.string().optional().describe('contains; an asterisk matches nothing'),
    version: z.string().optional().describe('does not work'),
    connectivity: query.texts.describe('online, offline, isolated'),
    sort: query.sort,
  }),
  paging: paged,
  answer: agent,
  permission: subscription,
})

export const getAgent = operation({
  id: 'agents.get',
  method: 'GET',
  path: '/agents/{id}',
  summary: 'One agent, in the form of the seed document',
  source: 'I: SEED; CEL3 and SRV list no such path',
  answer: agent,
  permission: subscription,
  alias: true,
})

export const agentsFeed: Feed = {
  name: 'agents',
  kind: 'inventory',
  everyMs: 60 * 60_000,
  read: readAgents,
  toAsset(record) {
    const { hostname, id: own } = agent.parse(parseJson(record.body))
    return { kind: 'device', name: hostname ?? own }
  },
  toTraces(record) {
    const row = agent.safeParse(parseJson(record.body))
    return { hosts: row.success && row.data.hostname ? [hostEntity(row.data.hostname).value] : [] }
  },
}

async function* readAgents(reader: FeedReader): AsyncGenerator<Batch> {
  const input = { query: { sort: 'hostname:asc' } }
  const options = { ...reader.walking, priority: 'inventory' } as const
  const walk = new Walk(reader.client, listAgents, input, (row) => row.id, options)
  for await (const page of walk.pages()) {
    if (reader.heldPages.has(page)) continue
    const known = await reader.known(page.rows.map((row) => row.id))
    const rows = page.rows.flatMap((row, i): RecordSeed[] => {
      const body = page.rawOf(i)
      const held = known.get(row.id)
      if (held !== undefined && lasting(held.body) === lasting(body)) return []
      const customerId = row.customerId ?? lastSegment(row.accountPath) ?? null
      return [{ vendorId: row.id, customerId, time: timeOf(row.createdAt) ?? reader.now, open: false, body }]
    })
    if (rows.length > 0 || page.rejected.length > 0)
      yield { rows, cursor: reader.cursor, rejected: page.rejected }
    else reader.heldPages.add(page)
  }
  yield {
    rows: [],
    cursor: reader.now,
    ...wholeList(walk),
  }
}

/** Every agent calls in all the time: that alone makes no new record. */
function lasting(body: string): string {
  return body.replace(/"lastConnected"\s*:\s*"[^"]*"/, '')
}
