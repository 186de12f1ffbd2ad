import * as z from 'zod'

import { parseJson } from '../../contract/body.ts'
import { operation } from '../../contract/operation.ts'
import { hostEntity } from '../../domain/entity.ts'
import type { VendorRecord } from '../../domain/record.ts'
import { count, flag, free, many, text } from './api.ts'
import { paged, whole } from './paging.ts'
import { needs } from './permissions.ts'

/** Devices of customers, listed under `assets`. They cannot be deleted. */
const asset = z.looseObject({
  id: z.int(),
  name: text,
  customer_id: z.int().nullish(),
  contact_id: count,
  created_at: text,
  updated_at: text,
  properties: free,
  asset_type: text,
  asset_serial: text,
  external_rmm_link: text,
  customer: free,
  rmm_links: many,
  rmm_store: free,
  address: free,
  has_live_chat: flag,
  snmp_enabled: flag,
})

/** Which device stands at whom helps to tell whose it is at other vendors. */
export function toTraces(record: VendorRecord): { hosts: string[] } {
  const row = asset.safeParse(parseJson(record.body))
  return { hosts: row.success && row.data.name ? [hostEntity(row.data.name).value] : [] }
}

const one = z.looseObject({ asset })

const assetBody = z.looseObject({
  name: text,
  asset_type_name: text,
  asset_type_id: count,
  customer_id: count,
  asset_serial: text,
  properties: free,
})

export const assets = {
  list: operation({
    id: 'assets.list',
    method: 'GET',
    path: '/customer_assets',
    summary: 'Devices of customers',
    source: 'C: SWG, LIVE',
    query: z.object({
      snmp_enabled: z.boolean().optional(),
      customer_id: z.int().optional(),
      asset_type_id: z.int().optional(),
      query: z.string().optional(),
    }),
    answer: asset,
    paging: paged({
      key: 'assets',
      meta: ['total_pages', 'total_entries', 'per_page', 'page'],
      size: 50,
      sizeSwitch: 'assetsPage',
    }),
    permission: needs('Assets - List/Search'),
  }),
  get: operation({
    id: 'assets.get',
    method: 'GET',
    path: '/customer_assets/{id}',
    summary: 'One device',
    source: 'C: SWG, LIVE',
    answer: one,
    permission: needs('Assets - View Details'),
  }),
  create: operation({
    id: 'assets.create',
    method: 'POST',
    path: '/customer_assets',
    summary: 'Makes a device; properties are ignored until a PUT sets them',
    source: 'C: SWG, LIVE',
    body: assetBody,
    answer: one,
    permission: needs('Assets - Create'),
  }),
  update: operation({
    id: 'assets.update',
    method: 'PUT',
    path: '/customer_assets/{id}',
    summary: 'Changes a device',
    source: 'C: SWG, LIVE',
    body: assetBody,
    answer: one,
    permission: needs('Assets - Edit'),
  }),
  patches: operation({
    id: 'assets.patches',
    method: 'GET',
    path: '/customer_assets/{id}/patches',
    summary: 'Installed and available patches of a device',
    source: 'C: SWG, LIVE',
    answer: z.looseObject({
      installed_patches: z.array(z.unknown()),
      available_patches: z.array(z.unknown()),
    }),
    permission: needs('Assets - List/Search'),
  }),
  chat: operation({
    id: 'assets.chat',
    method: 'GET',
    path: '/customer_assets/chat_information_by_ids',
    summary: 'Names and customers of several devices at once',
    source: 'C: SWG, LIVE',
    query: z.object({ ids: z.array(z.int()).optional() }),
    answer: z.looseObject({ id: z.int(), name: text, customer: free }),
    paging: whole('assets'),
    permission: needs('Assets - List/Search'),
  }),
}
