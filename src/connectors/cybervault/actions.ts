import * as z from 'zod'

import { words } from '../../contract/hints.ts'
import { operation } from '../../contract/operation.ts'
import { flag, oneOf, stamp, target, text } from './fields.ts'
import { keyset, listQuery } from './paging.ts'

/** Response actions cut machines off the network: a person decides, and none is ever sent twice unseen. */

/** What can be done, to what, and what takes it back. */
export const actionKinds: Record<string, { target: string | undefined; undo?: string }> = {
  isolate_host: { target: 'host', undo: 'release_host' },
  kill_process: { target: 'process' },
  quarantine_file: { target: 'hash', undo: 'release_file' },
  block_ip: { target: 'ip', undo: 'unblock_ip' },
  block_domain: { target: 'domain', undo: 'unblock_domain' },
  disable_user: { target: 'user', undo: 'enable_user' },
  monitor: { target: undefined },
}

export const responseAction = z.looseObject({
  action_id: z.string().min(1),
  action: text,
  target,
  status: words('pending', 'running', 'completed', 'failed', 'cancelled', 'reverted').nullish(),
  reason: text,
  assessment_id: text,
  incident_id: text,
  reverts: text,
  dry_run: flag,
  simulated: flag,
  result: z.looseObject({ outcome: text, message: text }).nullish(),
  requested_by: text,
  created_at: stamp,
  started_at: stamp,
  completed_at: stamp,
  expires_at: stamp,
})

export const actionList = {
  name: 'actions',
  id: 'action_id',
  fields: ['created_at', 'status', 'action', 'incident_id', 'assessment_id'],
  order: 'created_at:desc',
}

const reason = z.string().max(500).optional()

const newAction = z.looseObject({
  action: oneOf(Object.keys(actionKinds)),
  target: z.looseObject({ type: z.string(), value: z.string().min(1) }),
  assessment_id: z.string().optional(),
  incident_id: z.string().optional(),
  reason,
  expires_in_minutes: z.int().min(1).max(43_200).optional(),
  dry_run: z.boolean().default(false),
})

export const createAction = operation({
  id: 'actions.create',
  method: 'POST',
  path: '/response/actions',
  summary: 'Takes an action; only a person may decide on it',
  source: 'I: section 10; scope C: SEED',
  body: newAction,
  answer: responseAction,
  status: 201,
  permission: ['response:write'],
})

export const listActions = operation({
  id: 'actions.list',
  method: 'GET',
  path: '/response/actions',
  summary: 'Actions taken',
  source: 'I: section 10; parameters C: SEED',
  query: listQuery,
  paging: keyset(actionList),
  answer: responseAction,
  permission: ['response:read'],
})

export const getAction = operation({
  id: 'actions.get',
  method: 'GET',
  path: '/response/actions/{action_id}',
  summary: 'One action, and how far it is',
  source: 'I: section 10',
  answer: responseAction,
  permission: ['response:read'],
})

export const cancelAction = operation({
  id: 'actions.cancel',
  method: 'POST',
  path: '/response/actions/{action_id}/cancel',
  summary: 'Stops an action that has not begun',
  source: 'I: section 10',
  answer: responseAction,
  permission: ['response:write'],
})

export const revertAction = operation({
  id: 'actions.revert',
  method: 'POST',
  path: '/response/actions/{action_id}/revert',
  summary: 'Takes a completed action back, by a further action',
  source: 'I: section 10',
  body: z.looseObject({ reason }),
  answer: responseAction,
  status: 201,
  permission: ['response:write'],
})
