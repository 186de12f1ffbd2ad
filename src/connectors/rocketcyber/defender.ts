import * as z from 'zod'

import { sometimes } from '../../contract/hints.ts'
import { operation } from '../../contract/operation.ts'
import { subscription } from './api.ts'
import { count, id, query, text } from './fields.ts'

/** The state of Windows Defender on a customer's devices. */
const operatingSystem = z
  .looseObject({ platform: text, family: text, version: text, edition: text })
  .nullish()
const device = z.looseObject({
  hostname: text,
  deviceId: sometimes(id.nullish()),
  ipAddress: text,
  operatingSystem,
})
const detections = z.looseObject({ malicious: count, suspicious: count, informational: count }).nullish()
const devices = z.looseObject({ total: count, data: z.array(device).nullish() }).nullish()

export const getDefender = operation({
  id: 'defender.get',
  method: 'GET',
  path: '/defender',
  summary: 'Defender health and risk, as one object',
  source: 'C: field names CEL2, SRV; the union of health and risk is I',
  query: z.object({ accountId: query.oneAccount }),
  answer: z.looseObject({
    totalDevices: count,
    totalHealthy: count,
    totalUnhealthy: count,
    totalUnknown: count,
    detectionSummary: z
      .looseObject({
        totalEvents: count,
        totalMalicious: count,
        totalSuspicious: count,
        totalInformational: count,
      })
      .nullish(),
    devicesAtRisk: z
      .looseObject({ total: count, data: z.array(device.extend({ detections })).nullish() })
      .nullish(),
    devicesWithPoorHealth: devices,
    devicesWithUnknownHealth: devices,
  }),
  permission: subscription,
})
