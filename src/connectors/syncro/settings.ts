import * as z from 'zod'

import { operation } from '../../contract/operation.ts'
import { count, flag, free, many } from './api.ts'

/** What the account calls things: statuses, priorities and problem types are its own. */
export const settings = {
  account: operation({
    id: 'settings.account',
    method: 'GET',
    path: '/settings',
    summary: 'The account’s settings, with priorities and problem types',
    source: 'C: SWG, LIVE',
    answer: z.looseObject({
      customers: free,
      assets: free,
      locale: free,
      ticket: z
        .looseObject({
          problem_types: z.array(z.string()).nullish(),
          priorities: z.array(z.string()).nullish(),
          ticket_types: many,
          ticket_type_fields: many,
          ticket_type_field_answers: many,
        })
        .nullish(),
      business_hours: many,
      business_hours_enabled: flag,
      default_holiday_calendar: z.unknown().optional(),
      msp_addon: z.unknown().optional(),
    }),
  }),
  tabs: operation({
    id: 'settings.tabs',
    method: 'GET',
    path: '/settings/tabs',
    summary: 'Which parts of Syncro the account shows',
    source: 'C: SWG, LIVE',
    answer: z.unknown(),
  }),
  printing: operation({
    id: 'settings.printing',
    method: 'GET',
    path: '/settings/printing',
    summary: 'Printing settings',
    source: 'C: SWG, LIVE',
    answer: z.unknown(),
  }),
  tickets: operation({
    id: 'settings.tickets',
    method: 'GET',
    path: '/tickets/settings',
    summary: 'Ticket statuses, types and worksheet templates',
    source: 'C: SWG, LIVE',
    answer: z.looseObject({
      ticket_status_list: z.array(z.string()).nullish(),
      default_labor_product_id: count,
      ticket_timer_charge_by_default: flag,
      saved_searches: many,
      ticket_types: many,
      ticket_type_fields: many,
      ticket_type_field_answers: many,
      appointment_types: many,
      users: many,
      dashboard_settings: z.unknown().optional(),
      worksheet_templates: many,
      require_ticket_type: flag,
      require_intake_form_with_ticket: flag,
      require_outtake_form_with_ticket: flag,
      ticket_workflow_default_id: count,
    }),
  }),
}
