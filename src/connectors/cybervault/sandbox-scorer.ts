import type { Submission } from './payloads.ts'
import type { Hit, Lists, Rule } from './sandbox-rule.ts'
import { fileRules, knownGood } from './sandbox-rules-file.ts'
import { malformedHashes, telemetryRules, usableHashes } from './sandbox-rules-telemetry.ts'
import { trafficRules } from './sandbox-rules-traffic.ts'
import { type TechniqueRow, techniqueRows } from './sandbox-techniques.ts'

/** The sandbox's engine: a sum of rules, so that the same telemetry always has the same score. */

export interface Analysis {
  risk_score: number
  severity: string
  classification: string
  confidence: number
  mitre_attack: TechniqueRow[]
  recommended_actions: Recommendation[]
  indicators: { type: string; value: string; verdict: string }[]
  warnings: string[]
}

interface Recommendation {
  action: string
  target: { type: string; value: string | null }
  priority: number
  reason: string
}

interface Fired {
  rule: Pick<Rule<never>, 'weight' | 'techniques' | 'actions' | 'reason'>
  hit: Hit
}

const knownGoodRule = { weight: 0, techniques: [], actions: [], reason: 'the file is known to be good' }

export function analyze(submission: Submission, lists: Lists): Analysis {
  const fired = firedBy(submission, lists)
  const good = submission.type === 'file_hash' && knownGood(submission.payload, lists) !== undefined
  const sum = fired.reduce((total, { rule }) => total + rule.weight, 0)
  const risk = good ? 0 : fired.length === 0 ? 5 : Math.min(100, sum)
  return {
    risk_score: risk,
    ...bandOf(risk),
    confidence: Math.min(0.99, Math.round(50 + 12 * fired.length) / 100),
    mitre_attack: techniquesOf(fired),
    recommended_actions: actionsFor(risk, fired, submission),
    indicators: indicatorsOf(fired, submission),
    warnings:
      submission.type === 'endpoint_telemetry' ? malformedHashes(submission.payload).map(warning) : [],
  }
}

function firedBy(submission: Submission, lists: Lists): Fired[] {
  const { type, payload } = submission
  if (type === 'endpoint_telemetry') return matches(telemetryRules, payload, lists)
  if (type === 'network_traffic') return matches(trafficRules, payload, lists)
  const hash = knownGood(payload, lists)
  if (hash !== undefined) return [{ rule: knownGoodRule, hit: { hash, verdict: 'benign' } }]
  return matches(fileRules, payload, lists)
}

function matches<P>(rules: readonly Rule<P>[], payload: P, lists: Lists): Fired[] {
  return rules.flatMap((rule) => {
    const hit = rule.find(payload, lists)
    return hit === undefined ? [] : [{ rule, hit }]
  })
}

function bandOf(risk: number): { severity: string; classification: string } {
  if (risk >= 90) return { severity: 'critical', classification: 'malicious' }
  if (risk >= 70) return { severity: 'high', classification: 'malicious' }
  if (risk >= 40) return { severity: 'medium', classification: 'suspicious' }
  const classification = risk >= 25 ? 'suspicious' : 'benign'
  return { severity: risk >= 10 ? 'low' : 'informational', classification }
}

function techniquesOf(fired: readonly Fired[]): TechniqueRow[] {
  const rows = fired.flatMap(({ rule, hit }) => {
    const confidence = Math.min(0.99, (45 + rule.weight) / 100)
    return (hit.techniques ?? rule.techniques).flatMap((id) => techniqueRows(id, confidence))
  })
  return firstOfEach(rows, (row) => `${row.technique_id} ${row.tactic_id}`)
}

const urgency = [
  'isolate_host',
  'disable_user',
  'kill_process',
  'quarantine_file',
  'block_ip',
  'block_domain',
  'monitor',
]

function actionsFor(risk: number, fired: readonly Fired[], submission: Submission): Recommendation[] {
  if (risk < 25) return []
  const wanted =
    risk < 40
      ? [{ action: 'monitor', hit: fired[0]?.hit ?? {}, reason: fired[0]?.rule.reason ?? '' }]
      : fired.flatMap(({ rule, hit }) => rule.actions.map((action) => ({ action, hit, reason: rule.reason })))
  const aimed = wanted.flatMap(({ action, hit, reason }) => {
    const target = targetOf(action, hit, submission)
    return target === undefined ? [] : [{ action, target, reason }]
  })
  return firstOfEach(aimed, ({ action, target }) => `${action} ${target.value}`)
    .toSorted((a, b) => urgency.indexOf(a.action) - urgency.indexOf(b.action))
    .map((one, i) => ({ action: one.action, target: one.target, priority: i + 1, reason: one.reason }))
}

/** A value that the payload lacks is null: the operator must be asked. A domain that never was cannot be blocked. */
function targetOf(action: string, hit: Hit, submission: Submission): Recommendation['target'] | undefined {
  switch (action) {
    case 'block_ip':
      return { type: 'ip', value: hit.ip ?? null }
    case 'block_domain':
      return hit.domain === undefined ? undefined : { type: 'domain', value: hit.domain }
    case 'quarantine_file':
      return { type: 'hash', value: hit.hash ?? hashOf(submission) ?? null }
    case 'kill_process':
      return { type: 'process', value: processOf(submission) ?? null }
    case 'disable_user':
      return { type: 'user', value: telemetryOf(submission)?.user ?? null }
    default:
      return { type: 'host', value: hostOf(submission) ?? null }
  }
}

function telemetryOf(submission: Submission) {
  return submission.type === 'endpoint_telemetry' ? submission.payload : undefined
}

function hostOf(submission: Submission): string | undefined {
  const host = submission.type === 'network_traffic' ? undefined : submission.payload.host
  return host?.host_id ?? host?.hostname
}

function processOf(submission: Submission): string | undefined {
  const payload = telemetryOf(submission)
  return payload?.pid === undefined ? payload?.process_name : `${payload.process_name}:${payload.pid}`
}

function hashOf(submission: Submission): string | undefined {
  return submission.type === 'network_traffic' ? undefined : usableHashes(submission.payload)[0]
}

function indicatorsOf(fired: readonly Fired[], submission: Submission): Analysis['indicators'] {
  const found = fired.flatMap(({ hit }) => {
    const verdict = hit.verdict ?? 'suspicious'
    const name = hit.process === true ? telemetryOf(submission)?.process_name : undefined
    const values = { ip: hit.ip, domain: hit.domain, hash: hit.hash, process: name }
    return Object.entries(values).flatMap(([type, value]) =>
      value === undefined ? [] : [{ type, value, verdict }],
    )
  })
  return firstOfEach(found, ({ type, value }) => `${type} ${value}`)
}

function firstOfEach<T>(items: readonly T[], keyOf: (item: T) => string): T[] {
  return [...Map.groupBy(items, keyOf).values()].flatMap((group) => group.slice(0, 1))
}

function warning(field: string): string {
  return `payload.${field} is not a hash and was not used`
}
