import { readJson } from '../../contract/body.ts'
import { isObject } from '../../contract/errors.ts'
import type { Entity } from '../../domain/entity.ts'
import type { Reading } from '../../domain/finding.ts'
import type { VendorRecord } from '../../domain/record.ts'
import { type Severity, toSeverity } from '../../domain/severity.ts'
import { timeOf } from './fields.ts'
import { capital, toEntity, toEvent } from './reading.ts'
import { type Assessment, assessment, isFinding, riskOf } from './threats.ts'

/** What the engine calls benign is kept as it came, and is nothing to look into. */
export function holdsFinding(record: VendorRecord): boolean {
  return isFinding(rowOf(record))
}

function rowOf(record: VendorRecord): Assessment {
  const body = readJson(record.body)
  return assessment.parse(body.ok ? body.value : undefined)
}

/** An assessment in OCSF. */
export function toReading(record: VendorRecord): Reading {
  const row = rowOf(record)
  const host = hostOf(row)
  const event = toEvent(record, {
    uid: row.assessment_id,
    title: titleOf(row, host),
    severity: severityOf(row),
    status: row.status,
    originalTime: row.created_at,
    modifiedTime: timeOf(row.updated_at),
    desc: describe(row),
    remediation: actionsOf(row).map(advice).join('\n'),
    host,
    attacks: attacksOf(row),
    evidences: indicatorsOf(row).map(({ type, value, verdict }) => ({ data: { type, value }, verdict })),
    unmapped: unmappedOf(row),
  })
  // An incident names the assessment that it began with: both belong to one case.
  return { event, entities: entitiesOf(row, host), group: row.assessment_id }
}

/** The vendor's word; where it is no known one, the bands of the score. */
function severityOf(row: Assessment): Severity {
  const word = toSeverity(row.severity)
  const risk = riskOf(row)
  if (word !== 'unknown' || risk === undefined || risk === 1) return word
  if (risk >= 90) return 'critical'
  if (risk >= 70) return 'high'
  if (risk >= 40) return 'medium'
  return risk >= 10 ? 'low' : 'informational'
}

interface Action {
  action: string
  kind: string
  value: string
  reason: string
}

function actionsOf(row: Assessment): Action[] {
  return (row.recommended_actions ?? []).map((one) => {
    if (typeof one === 'string') return { action: one, kind: '', value: '', reason: '' }
    const { type, value } = one.target ?? {}
    return {
      action: one.action ?? '',
      kind: type ?? '',
      value: String(value ?? ''),
      reason: one.reason ?? '',
    }
  })
}

function advice({ action, value, reason }: Action): string {
  const what = capital(action.replaceAll('_', ' '))
  return `${what}${value === '' ? '' : ` ${value}`}${reason === '' ? '' : `: ${reason}`}.`
}

function indicatorsOf(row: Assessment): { type: string; value: string; verdict: string }[] {
  return (row.indicators ?? []).map((one) =>
    typeof one === 'string'
      ? { type: '', value: one, verdict: '' }
      : { type: one.type ?? '', value: one.value ?? '', verdict: one.verdict ?? '' },
  )
}

function techniquesOf(row: Assessment): { id: string; name: string; tacticId: string; tactic: string }[] {
  return (row.mitre_attack ?? []).map((one) => {
    if (typeof one === 'string') return { id: one, name: one, tacticId: '', tactic: '' }
    const id = one.technique_id ?? ''
    return { id, name: one.technique ?? id, tacticId: one.tactic_id ?? '', tactic: one.tactic ?? '' }
  })
}

/** OCSF keeps a sub-technique beside its technique: `T1003.001` is one of `T1003`. */
function attacksOf(row: Assessment): Record<string, unknown>[] {
  return techniquesOf(row).map(({ id, name, tacticId, tactic }) => {
    const [parent = id, sub] = id.split('.')
    return {
      ...(tacticId !== '' && { tactic: { uid: tacticId, name: tactic } }),
      technique: sub === undefined ? { uid: id, name } : { uid: parent },
      ...(sub !== undefined && { sub_technique: { uid: id, name } }),
    }
  })
}

function titleOf(row: Assessment, host: string | undefined): string {
  const techniques = [...new Set(techniquesOf(row).map(({ name }) => name))].filter((name) => name !== '')
  const kind = row.type?.replaceAll('_', ' ') ?? 'activity'
  const what = techniques.slice(0, 2).join(', ') || `${capital(row.classification ?? 'suspicious')} ${kind}`
  return host === undefined ? what : `${what} on ${host}`
}

function describe(row: Assessment): string {
  const { payload } = row
  const risk = riskOf(row)
  const lines = [
    risk === undefined
      ? undefined
      : `Risk score: ${Math.round(risk)} of 100 (${row.classification ?? 'unclassified'})`,
    part('Process', payload?.['process_name']),
    part('Path', payload?.['process_path']),
    part('Command line', payload?.['command_line']),
    part('Parent', payload?.['parent_process_name']),
    ...indicatorsOf(row).map(({ type, value, verdict }) => part(`${capital(verdict)} ${type}`.trim(), value)),
    ...(row.warnings ?? []).map((text) => part('Note', text)),
  ]
  return lines.filter((line) => line !== undefined).join('\n')
}

function part(label: string, value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? `${label}: ${value}` : undefined
}

/** The payload knows the device's name; a recommended action may only know its id. */
function hostOf(row: Assessment): string | undefined {
  const host = row.payload?.['host']
  const given = isObject(host) ? (host['hostname'] ?? host['host_id']) : undefined
  if (typeof given === 'string' && given !== '') return given
  return actionsOf(row).find(({ kind, value }) => kind === 'host' && value !== '')?.value
}

function entitiesOf(row: Assessment, host: string | undefined): Entity[] {
  const user = row.payload?.['user']
  const aims = actionsOf(row).filter(({ kind }) => kind !== 'host')
  const indicators = indicatorsOf(row).filter(({ verdict }) => verdict !== 'benign')
  return [
    ...(host === undefined ? [] : toEntity('host', host)),
    ...(typeof user === 'string' ? toEntity('user', user) : []),
    ...indicators.flatMap(({ type, value }) => toEntity(type, value)),
    ...aims.flatMap(({ kind, value }) => toEntity(kind, value)),
  ]
}

const kept = ['type', 'risk_score', 'classification', 'confidence', 'mock', 'metadata', 'request_id']

function unmappedOf(row: Assessment): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(row).filter(([name, value]) => kept.includes(name) && value != null),
  )
}
