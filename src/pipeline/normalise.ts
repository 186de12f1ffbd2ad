import { fingerprintOf } from '../analysis/fingerprint.ts'
import { type Entity, normalEntities } from '../domain/entity.ts'
import type { Feed } from '../connectors/feed.ts'
import type { ApiActivity, DetectionFinding } from '../domain/event.ts'
import { type Finding, type Reading, isAnother } from '../domain/finding.ts'
import type { VendorRecord } from '../domain/record.ts'
import { type Severity, severities, toSeverity } from '../domain/severity.ts'
import { record as recordOf } from '../store/records.ts'
import type { Db } from '../store/store.ts'
import type { Hub } from './hub.ts'
import type { TenantOf } from './quarantine.ts'
import { apart, firstIdOf } from './used-again.ts'
import { feedOf } from './vendors.ts'

/**
 * Record → Event → Finding: what the vendor sent, in OCSF, and the vendor's own alert in it. The Event is a pure reading
 * of its Record: it is read again where it is needed, not kept a second time.
 */
export interface Normalised {
  /** Nobody has looked yet whose it is. */
  finding: Finding
  firstSeenAt: number
}

/** Pure; undefined for a record that holds nothing to look into; throws on one that it cannot read. */
export function normalise(record: VendorRecord, feed: Feed): Normalised | undefined {
  const reading = readingOf(record, feed)
  // Pages of prose do not wait for the end of the batch.
  return reading && { finding: toFinding(record, reading), firstSeenAt: record.firstSeenAt }
}

function readingOf(record: VendorRecord, feed: Feed): Reading | undefined {
  if (feed.toReading === undefined) throw new Error(`feed ${feed.name} has no findings`)
  return feed.isFinding?.(record) === false ? undefined : feed.toReading(record)
}

/** Pure, like `normalise`: an entry of a vendor's audit trail. */
export function toActivity(record: VendorRecord, feed: Feed): ApiActivity {
  if (feed.toActivity === undefined) throw new Error(`feed ${feed.name} has no audit trail`)
  return feed.toActivity(record)
}

/** A Record's Event; undefined when its connection is no longer there to read it. */
export async function eventOf(
  hub: Hub,
  recordId: string,
  db: Db = hub.store.db,
): Promise<DetectionFinding | undefined> {
  const record = await recordOf(db, recordId)
  const feed = record && feedOf(hub.live, record.connectionId, record.feed)
  return feed && readingOf(record, feed)?.event
}

/** One Finding per alert at the vendor; of several versions in one batch the last counts. */
export function toFindings(normalised: readonly Normalised[], tenantOf: TenantOf): Finding[] {
  const findings = new Map<string, Finding>()
  const firsts = new Map<string, Parameters<typeof isAnother>[0]>()
  for (const { finding: own, firstSeenAt } of normalised) {
    const { id, connectionId, customerId } = own
    const tenantId = customerId === null ? null : tenantOf(connectionId, customerId)
    const read = { ...own, tenantId }
    const first = firsts.get(id) ?? { time: own.time, customerId, seenAt: firstSeenAt }
    firsts.set(id, first)
    const finding = isAnother(first, read) ? apart(read) : read
    findings.set(finding.id, finding)
  }
  return [...findings.values()]
}

function toFinding(record: VendorRecord, reading: Reading): Finding {
  const { connectionId, feed, vendorId, customerId, open, time } = record
  const { event } = reading
  return {
    id: firstIdOf({ connectionId, feed, vendorId }),
    connectionId,
    feed,
    vendorId,
    customerId,
    tenantId: null,
    title: event.finding_info.title,
    severity: severityOf(event.severity_id),
    open,
    time,
    entities: entitiesOf(connectionId, reading),
    recordId: record.id,
    born: bornAt(event),
  }
}

function bornAt({ metadata }: DetectionFinding): number | undefined {
  const born = Date.parse(metadata.original_time ?? '')
  return Number.isNaN(born) ? undefined : born
}

/** A group holds within its connection: two vendors' numbers may be alike. */
function entitiesOf(connectionId: string, { event, entities, group }: Reading): Entity[] {
  const own = normalEntities(entities)
  const content = fingerprintOf(event, own)
  if (group !== undefined) own.push({ kind: 'group', value: `${connectionId}/${group}` })
  if (content !== undefined) own.push({ kind: 'content', value: content })
  return own
}

const words = new Map<number, Severity>(
  Object.entries(severities).map(([word, id]) => [id, toSeverity(word)]),
)

function severityOf(id: number): Severity {
  return words.get(id) ?? 'unknown'
}
