import { Walk } from '../../contract/walk.ts'
import type { Alarms } from '../desk.ts'
import { alerts } from './alerts.ts'
import { deviceOf } from './desk-device.ts'
import { unsettled } from './desk-trouble.ts'

/** Alerts on a device: made without a marker's own field, so it stands in the text. Cleared by DELETE, which resolves. */
export const alarms: Alarms = {
  async raise(client, draft) {
    const device = await deviceOf(client, draft)
    const body = {
      customer_id: Number(draft.customerId),
      ...(device && { asset_id: device.id }),
      description: 'Watchfloor',
      status: 'Down',
      resolved: false,
      formatted_output: `${draft.body}\n${draft.marker}`,
      // An automation that opens a ticket for an alert would open a second one for this incident.
      properties: { skip_automation: true, do_not_email: true, hidden: true, subject: draft.subject },
    }
    const outcome = await client.try(alerts.create, { body }, { priority: 'write' })
    return outcome.ok ? { ...outcome, alertId: String(outcome.answer.value.alert.id) } : outcome
  },

  async find(client, marker) {
    const walk = new Walk(client, alerts.list, {}, (row) => String(row.id), { priority: 'settle' })
    for await (const page of walk.pages()) {
      const found = page.rows.find((row) => row.formatted_output?.includes(marker) === true)
      if (found !== undefined) return String(found.id)
    }
    if (!walk.complete) throw unsettled(walk.reason)
    return undefined
  },

  clear: (client, alertId) => client.try(alerts.delete, { params: { id: alertId } }, { priority: 'write' }),
}
