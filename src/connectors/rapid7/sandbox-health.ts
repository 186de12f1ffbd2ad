import { type Behaviour, type Call, Reply } from '../../contract/server.ts'
import { resourceTypes } from './health.ts'
import { shortId, stamp } from './sandbox-ids.ts'
import { here } from './sandbox-keys.ts'
import { type Organization, type Row, notFound } from './sandbox-organization.ts'
import * as query from './sandbox-query.ts'

/** Health of what feeds InsightIDR, collectors, and cloud webhooks. */
const day = 86_400_000

function metricsOf(organization: Organization, call: Call): Row[] {
  const rrn = (type: string): string => organization.rrn('collector', type, shortId(type, organization.id))
  // Whole days: a list that is read in pages must not change with every second.
  const last_active = stamp(call.now - (call.now % day), call.switches)
  const memory = { memory_used: 2_147_483_648, max_memory: 8_589_934_592, percent_cpu_used: 12 }
  const total = organization.customer?.hosts.length ?? 1
  return [
    { type: 'agent', rrn: rrn('agent'), online: total, offline: 0, stale: 0, total },
    {
      type: 'collectors',
      rrn: rrn('collector'),
      id: shortId('collector', organization.id),
      name: 'Head office',
      state: 'RUNNING',
      last_active,
      event_sources_used: 3,
      max_event_sources: 80,
      ...memory,
    },
    {
      type: 'event_sources',
      rrn: rrn('event_source'),
      name: 'Active Directory',
      state: 'RUNNING',
      last_active,
    },
    { type: 'data_exporters', rrn: rrn('data_exporter'), name: 'Export', state: 'RUNNING', last_active },
    {
      type: 'honeypots',
      rrn: rrn('honeypot'),
      id: shortId('honeypot', organization.id),
      name: 'FS-OLD',
      state: 'ACTIVE',
      last_active,
      ...memory,
    },
    {
      type: 'orchestrator',
      rrn: rrn('orchestrator'),
      name: 'Orchestrator',
      state: 'RUNNING',
      last_active,
      cpu_used: 4,
      memory_used: 1,
      max_memory: 4,
      storage_used: 2,
      max_storage: 64,
    },
    {
      type: 'scan_engines',
      rrn: rrn('scan_engine'),
      name: 'Scan engine',
      state: 'RUNNING',
      last_active,
      storage_used: 2,
      max_storage: 64,
      ...memory,
    },
    {
      type: 'sensors',
      rrn: rrn('sensor'),
      name: 'Sensor',
      state: 'RUNNING',
      health_status: [],
      drop_rate: 0,
      last_active,
      storage_used: 2,
      max_storage: 64,
      ...memory,
    },
    ...organization.collectors.map((row) => ({ type: 'collectors', ...row, state: 'RUNNING', last_active })),
  ]
}

/** 207 names the families that could not be read, in upper case. The page count is not to be trusted. */
function list(call: Call): unknown {
  const wanted = query.wordsOf(
    call,
    'resourceTypes',
    resourceTypes.map((type) => type.toUpperCase()),
  )
  const partial = call.switches['health'] === 'partial'
  const rows = metricsOf(here(call), call).filter(
    (row) => wanted?.has(String(row['type']).toUpperCase()) !== false,
  )
  const paging = call.op.paging
  if (!partial || paging === undefined) return rows
  const page = paging.write(rows, call.query, call.switches) as {
    data: unknown[]
    metadata: Record<string, unknown>
  } // our own envelope
  const metadata = {
    ...page.metadata,
    total_pages: 200,
    total_data: 0,
    failed_to_load: ['SENSORS'],
    unlicensed_resource_types: ['HONEYPOTS'],
  }
  return new Reply(207, { ...page, metadata })
}

function createCollector(call: Call): Row {
  const organization = here(call)
  const { name, key } = query.bodyOf(call)
  const taken = organization.collectors.some((row) => row['name'] === name || row['key'] === key)
  if (taken) throw query.badRequest('A collector with this name or key already exists')
  const id = organization.next('collector')
  organization.collectors.push({ id, rrn: organization.rrn('collector', 'collector', id), name, key })
  return { id, rrn: organization.rrn('collector', 'collector', id), name }
}

function webhookOf(call: Call): Row {
  const row = here(call).webhooks.get(call.params['rrn'] ?? '')
  if (row === undefined) throw notFound('webhook')
  return row
}

function keepWebhook(call: Call, changes: Record<string, unknown>): Row {
  const row = { ...webhookOf(call), ...changes }
  here(call).webhooks.set(call.params['rrn'] ?? '', row)
  return row
}

function createWebhook(call: Call): Row {
  const organization = here(call)
  const rrn = organization.rrn('cloud-webhook', 'webhook', organization.next('webhook'))
  const row = { rrn, validation_config: null, ...query.bodyOf(call) }
  organization.webhooks.set(rrn, row)
  return row
}

function keepValidation(call: Call): Row {
  const before = webhookOf(call)['validation_config']
  return keepWebhook(call, { validation_config: { ...(before as object | null), ...query.bodyOf(call) } }) // made here
}

export const healthBehaviours: Record<string, Behaviour> = {
  'health-metrics.list': list,
  'collectors.create': createCollector,
  'cloud-webhooks.list': (call) => [...here(call).webhooks.values()],
  'cloud-webhooks.create': createWebhook,
  'cloud-webhooks.get': webhookOf,
  'cloud-webhooks.update': (call) => keepWebhook(call, query.bodyOf(call)),
  'cloud-webhooks.remove': (call) => {
    webhookOf(call)
    here(call).webhooks.delete(call.params['rrn'] ?? '')
    return new Reply(204, undefined)
  },
  'cloud-webhooks.test': (call) => ({ rrn: webhookOf(call)['rrn'], status: 'SENT' }),
  'cloud-webhooks.replay': (call) => ({ rrn: webhookOf(call)['rrn'], status: 'QUEUED' }),
  'cloud-webhooks.add-validation': keepValidation,
  'cloud-webhooks.update-validation': keepValidation,
  'cloud-webhooks.remove-validation': (call) => {
    keepWebhook(call, { validation_config: null })
    return new Reply(204, undefined)
  },
}
