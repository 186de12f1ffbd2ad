import { type Behaviour, type Call, Reply } from '../../contract/server.ts'
import { actionKinds, actionList } from './actions.ts'
import { stampOf } from './fields.ts'
import { identityOf } from './keys.ts'
import { printed } from './printing.ts'
import { type Space, type Vault, badField, wrongState } from './sandbox-vault.ts'
import type { Row } from './values.ts'

/** Response actions: pending, running, completed by the clock; cancelled while pending, reverted by a further one. */

const undoing = Object.fromEntries(
  Object.values(actionKinds).flatMap(({ undo, target }) => (undo === undefined ? [] : [[undo, target]])),
)

export function actionBehaviours(vault: Vault): Record<string, Behaviour> {
  const find = (call: Call): Row => vault.find(call, 'actions', call.params['action_id'])
  const answered = (row: Row, call: Call): Reply =>
    new Reply(201, printed(row, call.switches), {
      location: `/v3/response/actions/${String(row['action_id'])}`,
    })
  return {
    'actions.list': (call) => vault.list(call, actionList, vault.spaceOf(call).actions),
    'actions.get': (call) => printed(find(call), call.switches),
    'actions.create': (call) => answered(order(vault, call, call.body as Row), call), // the schema is an object's
    'actions.cancel'(call) {
      const row = find(call)
      if (row['status'] !== 'pending')
        throw wrongState(`An action that is ${String(row['status'])} cannot be cancelled.`)
      return printed(
        move(vault, vault.spaceOf(call), String(row['action_id']), 'cancelled', call.now),
        call.switches,
      )
    },
    'actions.revert': (call) => answered(revert(vault, call, find(call)), call),
  }
}

function revert(vault: Vault, call: Call, row: Row): Row {
  const undo = actionKinds[String(row['action'])]?.undo
  if (undo === undefined) throw wrongState(`${String(row['action'])} cannot be taken back.`)
  if (row['status'] !== 'completed')
    throw wrongState(`An action that is ${String(row['status'])} cannot be taken back.`)
  const { target, assessment_id, incident_id, action_id: reverts } = row
  const { reason } = call.body as Row // the schema is an object's
  return order(vault, call, { action: undo, target, assessment_id, incident_id, reverts, reason })
}

function order(vault: Vault, call: Call, asked: Row): Row {
  const space = vault.spaceOf(call)
  check(space, asked)
  const minutes = Number(asked['expires_in_minutes'] ?? 0)
  const simulated = space.mock || asked['dry_run'] === true
  const row = space.actions.put({
    action_id: vault.newId('act'),
    action: asked['action'],
    target: asked['target'],
    status: 'pending',
    reason: asked['reason'] ?? null,
    assessment_id: asked['assessment_id'] ?? null,
    incident_id: asked['incident_id'] ?? null,
    reverts: asked['reverts'] ?? null,
    dry_run: asked['dry_run'] ?? false,
    simulated,
    result: null,
    requested_by: identityOf(call).account,
    created_at: stampOf(call.now),
    started_at: null,
    completed_at: null,
    expires_at: minutes === 0 ? null : stampOf(call.now + minutes * 60_000),
  })
  const id = String(row['action_id'])
  tell(vault, space, row, call.now)
  if (simulated) return move(vault, space, id, 'completed', call.now)
  const [start = 1, run = 2] = (vault.switches['actionSeconds'] ?? '1,2').split(',').map(Number)
  vault.later(call.now + start * 1000, (at) => proceed(vault, space, id, at, run * 1000))
  if (minutes > 0) vault.later(call.now + minutes * 60_000, (at) => expire(vault, space, id, at))
  return row
}

function check(space: Space, { action, target, assessment_id: threat, incident_id: incident }: Row): void {
  const { type, value } = target as { type: string; value: string } // read by the schema, or our own
  const fitting = actionKinds[String(action)]?.target ?? undoing[String(action)]
  if (fitting !== undefined && type !== fitting)
    throw badField('target.type', `${String(action)} needs a ${fitting}`)
  if (typeof threat === 'string' && space.threats.get(threat) === undefined)
    throw badField('assessment_id', `there is no ${threat}`)
  if (typeof incident === 'string' && space.incidents.get(incident) === undefined)
    throw badField('incident_id', `there is no ${incident}`)
  const same = [...space.actions.all()].find((row) => {
    const aim = row['target'] as { type: string; value: string } // our own row
    const busy = row['status'] === 'pending' || row['status'] === 'running'
    return busy && row['action'] === action && aim.type === type && aim.value === value
  })
  if (same !== undefined) throw badField('target', `${String(same['action_id'])} is already at it`)
}

function proceed(vault: Vault, space: Space, id: string, at: number, runMs: number): void {
  if (space.actions.get(id)?.['status'] !== 'pending') return
  move(vault, space, id, 'running', at)
  const outcome = vault.switches['actionOutcome'] === 'failed' ? 'failed' : 'completed'
  vault.later(at + runMs, (end) => move(vault, space, id, outcome, end))
}

/** What was ordered for a time is taken back when the time is over. */
function expire(vault: Vault, space: Space, id: string, at: number): void {
  const row = space.actions.get(id)
  const undo = actionKinds[String(row?.['action'])]?.undo
  if (row?.['status'] === 'completed' && undo !== undefined) move(vault, space, id, 'reverted', at)
}

const messages: Record<string, string> = {
  completed: 'Done.',
  failed: 'The agent did not answer.',
}

function move(vault: Vault, space: Space, id: string, status: string, at: number): Row {
  const before = space.actions.get(id) ?? {}
  const stamp = stampOf(at)
  const ended = messages[status]
  const simulated = before['simulated'] === true
  const message = simulated ? 'Simulated: nothing was dispatched.' : ended
  const row = space.actions.change(id, {
    status,
    ...((status === 'running' || (ended !== undefined && simulated)) && { started_at: stamp }),
    ...(ended !== undefined && {
      completed_at: stamp,
      result: { outcome: simulated ? 'simulated' : status, message },
    }),
  })
  tell(vault, space, row, at)
  const { reverts } = row
  if (status === 'completed' && typeof reverts === 'string') move(vault, space, reverts, 'reverted', at)
  return row
}

function tell(vault: Vault, space: Space, row: Row, at: number): void {
  const { incident_id: incident, action_id: id, action, status, requested_by: actor } = row
  if (typeof incident !== 'string') return
  const message = `${String(action)} ${String(id)} is ${String(status)}`
  vault.tell(space, incident, at, {
    actor: String(actor),
    kind: 'action.status',
    message,
    data: { action_id: id },
  })
}
