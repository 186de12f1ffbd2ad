import { Refusal } from '../../contract/refusal.ts'
import type { Behaviour, Call } from '../../contract/server.ts'
import { unprocessable } from './api.ts'
import { type Row, type Store, blank, bodyOf, lower, notFound, pickFields, sees } from './sandbox-store.ts'

/** Devices: they cannot be deleted, and take their properties from an update only. */
export function assetBehaviours(store: Store): Record<string, Behaviour> {
  return {
    'assets.list': (call) => listAssets(store, call),
    'assets.get': (call) => ({ asset: assetOf(store, call) }),
    'assets.create': (call) => ({ asset: createAsset(store, call) }),
    'assets.update': (call) => ({ asset: updateAsset(store, call) }),
    'assets.patches': (call) => {
      const row = store.assets.get(call.params['id'])
      if (row !== undefined && sees(call, row['customer_id'])) return patches
      throw new Refusal(404, 'asset_not_found', 'Asset not found', { body: { error: 'Asset not found' } })
    },
    'assets.chat': (call) => {
      const ids = (call.query['ids'] ?? []) as number[] // the query schema has shown it
      return ids
        .map((id) => store.assets.get(id))
        .filter((row) => row !== undefined && sees(call, row['customer_id']))
        .map((row) => chatRow(store, row as Row)) // the filter leaves no hole
    },
  }
}

function listAssets(store: Store, call: Call): Row[] {
  const { customer_id: customerId, query: text, snmp_enabled: snmp, asset_type_id: typeId } = call.query
  return store.assets.oldest(
    (row) =>
      sees(call, row['customer_id']) &&
      (customerId === undefined || row['customer_id'] === customerId) &&
      (snmp === undefined || (row['snmp_enabled'] ?? false) === snmp) &&
      (typeId === undefined || assetTypes.find((type) => type.id === typeId)?.name === row['asset_type']) &&
      (typeof text !== 'string' ||
        [row['name'], row['asset_serial']].some((v) => lower(v).includes(text.toLowerCase()))),
  )
}

function assetOf(store: Store, call: Call): Row {
  const row = store.assets.get(call.params['id'])
  if (row === undefined || !sees(call, row['customer_id'])) throw notFound()
  return row
}

export const assetTypes = [
  { id: 1, name: 'Syncro Device' },
  { id: 2, name: 'Server' },
]

/** Properties are ignored here; only a PUT sets them. */
function createAsset(store: Store, call: Call): Row {
  const body = bodyOf(call)
  const type = assetTypes.find(
    ({ id, name }) => name === body['asset_type_name'] || id === Number(body['asset_type_id']),
  )
  if (type === undefined) throw unprocessable(["Asset type can't be blank"], body)
  if (blank(body['name'])) throw unprocessable(["Name can't be blank"], body)
  if (!blank(body['customer_id']) && !sees(call, body['customer_id'])) throw notFound()
  return addAsset(store, {
    ...pickFields(body, ['name', 'customer_id', 'asset_serial']),
    asset_type: type.name,
  })
}

function updateAsset(store: Store, call: Call): Row {
  const row = assetOf(store, call)
  const changes = pickFields(bodyOf(call), ['name', 'asset_serial', 'properties', 'customer_id'])
  if (changes['name'] !== undefined && blank(changes['name'])) throw unprocessable(["Name can't be blank"])
  return store.assets.replace(row.id, { ...changes, updated_at: store.stamp() })
}

const triggers = [
  'bsod',
  'time',
  'no_av',
  'defrag',
  'firewall',
  'app_crash',
  'low_hd_space',
  'smart_failure',
  'device_manager',
  'agent_offline',
]

export function addAsset(store: Store, fields: Record<string, unknown>): Row {
  const id = store.assets.nextId
  const now = store.stamp()
  return store.assets.add({
    contact_id: null,
    created_at: now,
    updated_at: now,
    properties: {},
    asset_serial: null,
    external_rmm_link: null,
    customer: store.customers.get(fields['customer_id']) ?? null,
    rmm_links: [],
    rmm_store: {
      id: id - 1000,
      asset_id: id,
      account_id: 1,
      triggers: Object.fromEntries(triggers.map((name) => [`${name}_triggered`, 'false'])),
      windows_updates: {},
      emsisoft: {},
      general: {},
      created_at: now,
      updated_at: now,
      override_alert_agent_offline_mins: null,
      override_alert_agent_rearm_after_mins: null,
      override_low_hd_threshold: null,
      override_autoresolve_offline_alert: null,
    },
    address: null,
    has_live_chat: false,
    snmp_enabled: false,
    ...fields,
  })
}

const patches = {
  installed_patches: [
    {
      kb: 'KB5026361',
      title: 'Update for Windows Defender Antivirus',
      category: 'Security Updates',
      status: 'Recently Installed',
      installed_at: '2025-01-12T14:30:00.000Z',
    },
  ],
  available_patches: [
    {
      kb: 'KB5027215',
      title: '2023-06 Cumulative Update for Windows 10 Version 22H2',
      category: 'Critical Updates',
      status: 'Missing Patches',
      evaluated_at: '2025-01-15T10:30:00.000Z',
    },
  ],
  available_patches_meta: { page: 1, per_page: 50, total_pages: 1, total_entries: 1 },
}

function chatRow(store: Store, row: Row): unknown {
  const owner = store.customers.get(row['customer_id'])
  const customer = {
    id: owner?.id ?? null,
    fullname: owner?.['fullname'] ?? null,
    business_name: owner?.['business_name'] ?? null,
  }
  return { id: row.id, name: row['name'], customer }
}
