import type { Feed } from '../connectors/connector.ts'
import type { Finding, Reading } from '../domain/finding.ts'
import { idOf } from '../domain/id.ts'
import type { VendorRecord } from '../domain/record.ts'
import { type Severity, severities, toSeverity } from '../domain/severity.ts'
import { tenantLinks } from '../store/customers.ts'
import { type StoredEvent, putEvents } from '../store/events.ts'
import type { Db } from '../store/store.ts'

/** Record → Event → Finding: what the vendor sent, in OCSF, and the vendor's own alert in it. */
export interface Normalised {
  record: VendorRecord
  reading: Reading
}

/** Pure; throws on a record that it cannot read. */
export function normalise(record: VendorRecord, feed: Feed): Normalised {
  if (feed.toReading === undefined) throw new Error(`feed ${feed.name} has no findings`)
  return { record, reading: feed.toReading(record) }
}

export async function keepEvents(tx: Db, normalised: readonly Normalised[]): Promise<void> {
  const events = normalised.map(
    ({ record, reading: { event } }): StoredEvent => ({
      id: eventIdOf(record.id, event.class_uid),
      recordId: record.id,
      connectionId: record.connectionId,
      event,
    }),
  )
  await putEvents(tx, events)
}

/** A Record becomes one Event of a class. */
export function eventIdOf(recordId: string, classUid: number): string {
  return idOf('evt', recordId, classUid)
}

/** One Finding per alert at the vendor; of several versions in one batch the last counts. */
export async function toFindings(tx: Db, normalised: readonly Normalised[]): Promise<Finding[]> {
  const tenantOf = await tenantLinks(tx)
  const findings = new Map<string, Finding>()
  for (const { record, reading } of normalised) {
    const id = idOf('fnd', record.connectionId, record.feed, record.vendorId)
    const tenantId = record.customerId === null ? null : tenantOf(record.connectionId, record.customerId)
    findings.set(id, {
      id,
      connectionId: record.connectionId,
      feed: record.feed,
      vendorId: record.vendorId,
      customerId: record.customerId,
      tenantId,
      title: reading.event.finding_info.title,
      severity: severityOf(reading.event.severity_id),
      open: record.open,
      time: record.time,
      entities: reading.entities,
      recordId: record.id,
    })
  }
  return [...findings.values()]
}

function severityOf(id: number): Severity {
  return toSeverity(Object.entries(severities).find(([, value]) => value === id)?.[0])
}
