import * as z from 'zod'

import { operation } from '../../contract/operation.ts'
import { subscription } from './api.ts'
import { id, query, text } from './fields.ts'
import { paged } from './paging.ts'

/** Firewalls that send their log. Rows carry no address, though one can filter by it. */
export const listFirewalls = operation({
  id: 'firewalls.list',
  method: 'GET',
  path: '/firewalls',
  summary: 'Firewalls, of all customers or of some',
  source: 'C: CEL3, SRV, CEL2',
  query: z.object({
    accountId: query.accountId,
    deviceId: z.string().optional(),
    ipAddress: z.string().optional(),
    macAddress: query.texts,
    type: query.texts.describe('SonicWall, Fortinet, …'),
    counters: z.boolean().optional().describe('adds counters to the envelope'),
    sort: query.sort,
  }),
  paging: {
    ...paged,
    write(rows, asked, switches) {
      const page = paged.write(rows, asked, switches)
      if (asked['counters'] !== true || Array.isArray(page)) return page
      const received = rows.length * 1200
      const counters = {
        received,
        parsed: received - rows.length,
        filtered: received - rows.length * 9,
        reported: rows.length * 8,
      }
      return { ...(page as object), counters } // every shape but the bare one is an object
    },
  },
  answer: z.looseObject({
    id,
    accountPath: text,
    details: z.looseObject({ type: text, device_id: id.nullish() }).nullish(),
    createdAt: text,
    instanceType: text,
  }),
  permission: subscription,
})
