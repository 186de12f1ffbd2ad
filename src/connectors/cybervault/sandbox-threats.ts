import { type Behaviour, type Call, Reply } from '../../contract/server.ts'
import type { Submission } from './payloads.ts'
import { printed } from './printing.ts'
import { identityOf } from './keys.ts'
import { incidentList } from './incidents.ts'
import { stampOf } from './fields.ts'
import { joinIncident } from './sandbox-incidents.ts'
import type { Lists } from './sandbox-rule.ts'
import { analyze } from './sandbox-scorer.ts'
import { malformedHashes } from './sandbox-rules-telemetry.ts'
import { type Space, type Vault, badField, wrongState } from './sandbox-vault.ts'
import { threatList } from './threats.ts'
import type { Row } from './values.ts'

/** Assessments: what is handed in is scored, kept, and may open an incident. */

interface Handed {
  at: number
  requestId: string
}

export function submit(
  vault: Vault,
  space: Space,
  submission: Submission,
  lists: Lists,
  { at, requestId }: Handed,
): Row {
  const { type, payload, metadata } = submission
  const id = vault.newId('ta')
  const stamp = stampOf(at)
  const row = space.threats.put({
    assessment_id: id,
    type,
    status: 'new',
    ...analyze(submission, lists),
    ...(space.mock && { mock: true }),
    ...(metadata !== undefined && { metadata }),
    tenant_id: space.tenant.id,
    request_id: requestId,
    created_at: stamp,
    updated_at: stamp,
  })
  space.payloads.set(id, payload)
  if (Number(row['risk_score']) >= 90) joinIncident(vault, space, row, payload, at)
  return row
}

const allowed: Record<string, readonly string[]> = {
  new: ['acknowledged', 'false_positive'],
  acknowledged: ['closed', 'false_positive'],
  closed: ['acknowledged', 'false_positive'],
  false_positive: ['acknowledged', 'false_positive'],
}

/** Also told on every incident that holds the assessment. */
export function moveThreat(
  vault: Vault,
  space: Space,
  row: Row,
  status: string,
  by: { actor: string; at: number; note?: string },
): Row {
  const [id, before] = [String(row['assessment_id']), String(row['status'])]
  if (!(allowed[before] ?? []).includes(status))
    throw wrongState(`An assessment that is ${before} cannot become ${status}.`)
  for (const incidentId of space.incidentsOf.get(id) ?? []) {
    const message = `${id} is ${status}${by.note === undefined ? '' : `: ${by.note}`}`
    vault.tell(space, incidentId, by.at, {
      actor: by.actor,
      kind: 'assessment.status',
      message,
      data: { assessment_id: id },
    })
  }
  return space.threats.change(id, { status, updated_at: stampOf(by.at) })
}

export function threatBehaviours(vault: Vault, lists: (call: Call) => Lists): Record<string, Behaviour> {
  const update: Behaviour = (call) => {
    const { status, note } = call.body as { status: string; note?: string } // the operation's schema has read it
    const row = vault.find(call, 'threats', call.params['assessment_id'])
    const by = { actor: identityOf(call).account, at: call.now, ...(note !== undefined && { note }) }
    return printed(moveThreat(vault, vault.spaceOf(call), row, status, by), call.switches)
  }
  return {
    'threats.analyze'(call) {
      const submission = call.body as Submission // the operation's schema has read it
      strictHashes(submission, call)
      const handed = { at: call.now, requestId: call.requestId }
      const row = submit(vault, vault.spaceOf(call), submission, lists(call), handed)
      return new Reply(201, printed(row, call.switches), {
        location: `/v3/threats/${String(row['assessment_id'])}`,
      })
    },
    'threats.list'(call) {
      const space = vault.spaceOf(call)
      vault.read.add(space.tenant.id)
      return vault.list(call, threatList, space.threats)
    },
    'threats.get'(call) {
      const row = vault.find(call, 'threats', call.params['assessment_id'])
      const payload = vault.spaceOf(call).payloads.get(String(row['assessment_id']))
      return { ...printed(row, call.switches), payload }
    },
    'threats.update': update,
    'threats.updateStatus': update,
    'threats.incidents'(call) {
      const row = vault.find(call, 'threats', call.params['assessment_id'])
      const space = vault.spaceOf(call)
      const ids = space.incidentsOf.get(String(row['assessment_id'])) ?? new Set()
      return vault.list(call, incidentList, space.incidents, (one) => ids.has(String(one['incident_id'])))
    },
  }
}

function strictHashes(submission: Submission, { switches }: Call): void {
  if (switches['hashes'] !== 'strict' || submission.type !== 'endpoint_telemetry') return
  const [field] = malformedHashes(submission.payload)
  if (field !== undefined) throw badField(`payload.${field}`, 'must be hexadecimal')
}
