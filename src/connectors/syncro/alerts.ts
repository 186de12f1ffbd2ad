import * as z from 'zod'

import { operation } from '../../contract/operation.ts'
import { count, flag, free, success, text } from './api.ts'
import { paged } from './paging.ts'
import { needs } from './permissions.ts'

/** RMM alerts: made as `alert`, read as `rmm_alert`; deleting one only resolves it. */
const alert = z.looseObject({
  id: z.int(),
  customer_id: z.int().nullish(),
  asset_id: z.int().nullish(),
  ticket_number: count,
  ticket_status: text,
  computer_name: text,
  properties: free,
  resolved: flag,
  check_id: count,
  status: text,
  formatted_output: text,
  description: text,
  created_at: text,
  updated_at: text,
})

export const muteSpans = ['1-hour', '1-day', '2-days', '1-week', '2-weeks', '1-month', 'forever'] as const

export const alerts = {
  list: operation({
    id: 'alerts.list',
    method: 'GET',
    path: '/rmm_alerts',
    summary: 'Alerts of all customers; there is no filter by customer or device',
    source: 'C: SWG, LIVE',
    query: z.object({ status: z.string().optional().describe('active (default), resolved or all') }),
    answer: alert,
    paging: paged({ key: 'rmm_alerts', meta: ['total_pages', 'page'], size: 50, sizeSwitch: 'alertsPage' }),
    permission: needs('RMM Alerts - List'),
  }),
  get: operation({
    id: 'alerts.get',
    method: 'GET',
    path: '/rmm_alerts/{id}',
    summary: 'One alert',
    source: 'C: SWG, LIVE',
    answer: z.looseObject({ rmm_alert: alert }),
    permission: needs('RMM Alerts - List'),
  }),
  create: operation({
    id: 'alerts.create',
    method: 'POST',
    path: '/rmm_alerts',
    summary: 'Raises an alert; an automation of the account may open a ticket for it',
    source: 'C: SWG, LIVE',
    body: z.looseObject({
      customer_id: count,
      asset_id: count,
      description: text,
      resolved: flag,
      status: text,
      formatted_output: text,
      properties: free,
    }),
    answer: z.looseObject({ success: z.union([z.boolean(), z.string()]).optional(), alert }),
    status: 201,
    permission: needs('RMM Alerts - Create'),
  }),
  delete: operation({
    id: 'alerts.delete',
    method: 'DELETE',
    path: '/rmm_alerts/{id}',
    summary: 'Clears an alert: it stays readable as resolved',
    source: 'C: SWG, LIVE',
    answer: success,
    permission: needs('RMM Alerts - Delete'),
  }),
  mute: operation({
    id: 'alerts.mute',
    method: 'POST',
    path: '/rmm_alerts/{id}/mute',
    summary: 'Mutes an alert for one of seven spans',
    source: 'C: SWG; the body form LIVE',
    query: z.object({ mute_for: z.string().optional().describe(muteSpans.join(', ')) }),
    body: z.looseObject({ mute_for: text }),
    answer: success,
    permission: needs('RMM Alerts - Clear/Manage'),
  }),
}
