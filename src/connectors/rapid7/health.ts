import * as z from 'zod'

import { sometimes } from '../../contract/hints.ts'
import { operation } from '../../contract/operation.ts'
import { may } from './api.ts'
import { count, query, text } from './fields.ts'
import { pages } from './paging.ts'

/** How collectors, agents and sources are. 207 when some families could not be read; the page counts are known to lie. What a row has depends on its type. */
const metric = z.looseObject({
  type: z.string(),
  rrn: sometimes(text),
  id: sometimes(text),
  name: sometimes(text),
  state: sometimes(text),
  last_active: sometimes(text),
  online: sometimes(count),
  offline: sometimes(count),
  stale: sometimes(count),
  total: sometimes(count),
})

export const resourceTypes = [
  'agent',
  'collectors',
  'event_sources',
  'data_exporters',
  'honeypots',
  'orchestrator',
  'scan_engines',
  'sensors',
] as const

export const health = {
  list: operation({
    id: 'health-metrics.list',
    method: 'GET',
    path: '/idr/v1/health-metrics',
    summary: 'Health of collectors, agents, event sources and more',
    source: 'C: OAS1, PSOC',
    query: z.object({ resourceTypes: query.words, orgId: z.string().optional() }),
    answer: metric,
    paging: pages(100, { honest: false }),
  }),
  createCollector: operation({
    id: 'collectors.create',
    method: 'POST',
    path: '/idr/v1/collectors',
    summary: 'Register a collector; name and key are unique',
    source: 'C: OAS1',
    body: z.looseObject({ name: z.string().min(1), key: z.uuid(), deployment_type: text }),
    answer: z.looseObject({ id: z.string(), rrn: text, name: text }),
    permission: may.write,
  }),
}
