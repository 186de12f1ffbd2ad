import { readJson } from '../../contract/body.ts'
import type { RecordSeed } from '../../domain/record.ts'
import type { Feed, FeedReader, Known } from '../feed.ts'
import { type ChangeList, readChanges } from './changes.ts'
import { timeOf } from './fields.ts'
import { holdsFinding, toReading } from './threat-reading.ts'
import { type Assessment, assessment, getThreat, isFinding, isOpenThreat, listThreats } from './threats.ts'

/** Assessments. Lists leave out what was handed in, and with it the device: a finding is asked for whole. */
const threats: ChangeList<Assessment> = {
  operation: listThreats,
  idOf: (row) => row.assessment_id,
  changedAt: (row) => timeOf(row.updated_at) ?? timeOf(row.created_at),
  isKnown,
  toSeed,
  complete: { wanted, read },
}

export const threatsFeed: Feed = {
  name: 'threats',
  kind: 'findings',
  everyMs: 120_000,
  read: (reader) => readChanges(threats, reader),
  toReading,
  isFinding: holdsFinding,
}

const day = 24 * 3_600_000

/** Only status and notes of an assessment ever change. */
function isKnown(row: Assessment, _body: string, known: Known): boolean {
  const held = readJson(known.body)
  const before = assessment.safeParse(held.ok ? held.value : undefined)
  return before.success && before.data.status === row.status && before.data.updated_at === row.updated_at
}

function toSeed(row: Assessment, body: string, tenantId: string, now: number): RecordSeed {
  const time = happenedAt(row) ?? timeOf(row.created_at) ?? now
  return {
    vendorId: row.assessment_id,
    customerId: row.tenant_id ?? tenantId,
    time,
    open: isOpenThreat(row),
    body,
  }
}

/** The sensor's own time, where it can be true: before the assessment, and not by weeks. */
function happenedAt({ payload, created_at: created }: Assessment): number | undefined {
  const [seen, made] = [timeOf(payload?.['observed_at'] as string | undefined), timeOf(created)] // Date.parse takes anything
  if (seen === undefined || made === undefined || seen > made || made - seen > 7 * day) return undefined
  return seen
}

/** What is closed and old is history: the list's row will do. */
function wanted(row: Assessment, now: number): boolean {
  const recent = now - (timeOf(row.updated_at) ?? now) < 30 * day
  return isFinding(row) && (isOpenThreat(row) || recent)
}

/** A detail that cannot be had, or read, is no reason to lose the row. */
async function read(
  reader: FeedReader,
  row: Assessment,
): Promise<{ row: Assessment; body: string } | undefined> {
  const params = { assessment_id: row.assessment_id }
  const outcome = await reader.client.try(
    getThreat,
    { params },
    { priority: isOpenThreat(row) ? 'open' : 'backfill' },
  )
  if (outcome.ok) {
    const { value, text } = outcome.answer
    return value.assessment_id === row.assessment_id ? { row: value, body: text } : undefined
  }
  const { status } = outcome.error
  if (status === 403 || status === 404 || (status >= 200 && status < 300)) return undefined
  throw outcome.error
}
