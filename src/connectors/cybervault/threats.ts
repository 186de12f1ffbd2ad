import * as z from 'zod'

import { sometimes, words } from '../../contract/hints.ts'
import { operation } from '../../contract/operation.ts'
import { flag, number, numberOf, oneOf, severityWord, stamp, target, text, texts } from './fields.ts'
import { keyset, listQuery } from './paging.ts'
import { submission } from './payloads.ts'

/** Threat assessments: what the engine makes of what was handed in. Immutable but for status and notes. */

const technique = z.union([
  z.string(),
  z.looseObject({ tactic_id: text, tactic: text, technique_id: text, technique: text, confidence: number }),
])

const recommendation = z.union([
  z.string(),
  z.looseObject({ action: text, target, priority: number, reason: text }),
])
const indicator = z.union([z.string(), z.looseObject({ type: text, value: text, verdict: text })])

export const assessment = z.looseObject({
  assessment_id: z.string().min(1),
  type: text,
  status: words('new', 'acknowledged', 'closed', 'false_positive').nullish(),
  risk_score: number,
  severity: severityWord,
  classification: words('benign', 'suspicious', 'malicious').nullish(),
  confidence: number,
  mitre_attack: z.array(technique).nullish(),
  recommended_actions: z.array(recommendation).nullish(),
  indicators: z.array(indicator).nullish(),
  warnings: texts,
  mock: sometimes(flag),
  metadata: sometimes(z.record(z.string(), z.unknown()).nullish()),
  tenant_id: text,
  request_id: text,
  created_at: stamp,
  updated_at: stamp,
  /** Of a single assessment: what was handed in. */
  payload: sometimes(z.looseObject({}).nullish()),
})

export type Assessment = z.output<typeof assessment>

export const threatList = {
  name: 'threats',
  id: 'assessment_id',
  fields: [
    'created_at',
    'updated_at',
    'risk_score',
    'severity',
    'classification',
    'status',
    'type',
    'mitre_attack.technique_id',
  ],
  order: 'created_at:desc',
}

const statusChange = z.looseObject({
  status: oneOf(['acknowledged', 'closed', 'false_positive', 'new']),
  note: z.string().max(10_000).optional(),
})

export const analyzeThreat = operation({
  id: 'threats.analyze',
  method: 'POST',
  path: '/threats/analyze',
  summary: 'Assesses telemetry, traffic or a file’s hash',
  source: 'C: SEED for call, telemetry and 201; members of the answer I',
  body: submission,
  answer: assessment,
  status: 201,
  permission: ['threat:write'],
})

export const listThreats = operation({
  id: 'threats.list',
  method: 'GET',
  path: '/threats',
  summary: 'Assessments, without what was handed in',
  source: 'I: section 8; parameters C: SEED',
  query: listQuery,
  paging: keyset(threatList),
  answer: assessment,
  permission: ['threat:read'],
})

export const getThreat = operation({
  id: 'threats.get',
  method: 'GET',
  path: '/threats/{assessment_id}',
  summary: 'One assessment, with what was handed in',
  source: 'I: section 8',
  answer: assessment,
  permission: ['threat:read'],
})

export const updateThreat = operation({
  id: 'threats.update',
  method: 'PATCH',
  path: '/threats/{assessment_id}',
  summary: 'Moves an assessment on: acknowledged, closed or false_positive',
  source: 'I: section 8',
  body: statusChange,
  answer: assessment,
  permission: ['threat:write'],
})

export const updateThreatStatus = operation({
  id: 'threats.updateStatus',
  method: 'PATCH',
  path: '/threats/{assessment_id}/status',
  summary: 'The same, in the form of a page on v2',
  source: 'I: P-THR2',
  body: statusChange,
  answer: assessment,
  permission: ['threat:write'],
  alias: true,
})

/** 0 to 100. Other pages print fractions of one; a whole 1 is one of a hundred. */
export function riskOf({ risk_score: risk }: Assessment): number | undefined {
  const score = numberOf(risk)
  if (score === undefined) return undefined
  return score < 1 && !Number.isInteger(score) ? score * 100 : score
}

const closed = new Set(['closed', 'false_positive'])

/** An unknown word counts as open: better looked at than missed. */
export function isOpenThreat({ status }: Assessment): boolean {
  return !closed.has(status?.toLowerCase() ?? '')
}

/** What the engine calls benign (below 25 of 100) is kept, and nothing to look into: see notes.md, "What a finding is". */
export function isFinding(row: Assessment): boolean {
  const word = row.classification?.toLowerCase()
  if (word === 'benign') return false
  if (word === 'suspicious' || word === 'malicious') return true
  const risk = riskOf(row)
  // A bare 1 may be one of a hundred, or all of one: better looked at than missed.
  return risk === undefined || risk === 1 || risk >= 25
}
