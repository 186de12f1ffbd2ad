import * as z from 'zod'

import { operation } from '../../contract/operation.ts'
import { may } from './api.ts'
import { many, query, text } from './fields.ts'
import { pages, whole } from './paging.ts'

/** The alerts under an investigation. A rule has been seen as an object and as a plain text. */
export const investigationAlert = z.looseObject({
  id: z.string(),
  title: text,
  alert_type: text,
  alert_type_description: text,
  created_time: text,
  first_event_time: text,
  latest_event_time: text,
  alert_source: text,
  detection_rule_rrn: z.union([z.string(), z.looseObject({ rule_name: text, rule_rrn: text })]).nullish(),
})

export type InvestigationAlert = z.infer<typeof investigationAlert>

/** The agent's form has been seen as a type of its own, with a blank and without, and beside the other. */
const productAlert = z.looseObject({
  type: text,
  threat_command_details: z
    .looseObject({ alert_id: text, alert_type: text, applicable_close_reasons: many })
    .nullish(),
  insight_agent_details: z
    .array(z.looseObject({ alert_id: text, alert_type: text, agent_action_taken: text }))
    .nullish(),
})

const base = '/idr/v2/investigations/{id}'
const scope = z.object({ 'multi-customer': query.multiCustomer })

export const investigationAlerts = {
  list: operation({
    id: 'alerts.list',
    method: 'GET',
    path: `${base}/alerts`,
    summary: 'Alerts of an investigation, newest first',
    source: 'C: OAS2, XSO, PLG',
    query: scope,
    answer: investigationAlert,
    paging: pages(100),
  }),
  unlink: operation({
    id: 'alerts.unlink',
    method: 'DELETE',
    path: `${base}/alerts/{alertRrn}`,
    summary: 'Take an alert out of an investigation; answers 200 with nothing',
    source: 'C: OAS2',
    query: scope,
    answer: z.string(),
    plain: true,
    permission: may.write,
  }),
  productAlerts: operation({
    id: 'product-alerts.list',
    method: 'GET',
    path: `${base}/rapid7-product-alerts`,
    summary: 'Alerts of other Rapid7 products that belong to an investigation',
    source: 'C: SWM, OAS2, XSO',
    query: scope,
    answer: productAlert,
    paging: whole(),
  }),
}
