import type { Feed } from '../feed.ts'
import { type ChangeList, readChanges } from './changes.ts'
import { timeOf } from './fields.ts'
import { toReading } from './incident-reading.ts'
import { type Incident, isOpenIncident, listIncidents } from './incidents.ts'

/** Incidents: what people or the engine made of assessments. The list shows them whole. */
const incidents: ChangeList<Incident> = {
  operation: listIncidents,
  idOf: (row) => row.incident_id,
  changedAt: (row) => timeOf(row.updated_at) ?? timeOf(row.created_at),
  isKnown: (_row, body, known) => known.body === body,
  toSeed: (row, body, tenantId, now) => ({
    vendorId: row.incident_id,
    customerId: row.tenant_id ?? tenantId,
    time: timeOf(row.created_at) ?? now,
    open: isOpenIncident(row),
    body,
  }),
}

export const incidentsFeed: Feed = {
  name: 'incidents',
  kind: 'findings',
  everyMs: 120_000,
  read: (reader) => readChanges(incidents, reader),
  toReading,
}
