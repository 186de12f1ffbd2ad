import * as z from 'zod'

import { sometimes, words } from '../../contract/hints.ts'
import { operation } from '../../contract/operation.ts'
import { anyId, date, deleted, id, link, name, single, text, wireId } from './api.ts'
import { paged } from './paging.ts'

export const taskStatuses = ['todo', 'in_progress', 'review', 'done'] as const
const priorities = ['low', 'normal', 'high', 'urgent'] as const

/** Tasks. The resource is published, no path and no field is: `fields.ts` reads them by the client map. */
export const task = z.looseObject({
  id,
  project_id: anyId,
  name: sometimes(text),
  title: sometimes(text),
  description: text,
  status: words(...taskStatuses).nullish(),
  priority: words(...priorities).nullish(),
  assignee_ids: sometimes(z.array(id).nullish()),
  assignees: sometimes(z.array(z.looseObject({ id: anyId })).nullish()),
  assignee_id: sometimes(anyId),
  due_date: text,
  position: z.union([z.number(), z.string()]).nullish(),
  parent_id: anyId,
  completed_at: text,
  created_by: anyId,
  created_at: text,
  updated_at: text,
})

export type TaskRow = z.output<typeof task>

/** Name and status are checked by the sandbox itself: how they are called is a switch there, and a map here. */
const changes = z.looseObject({
  project_id: wireId.optional().describe('required on create'),
  name: name.optional().describe('required on create'),
  description: z.string().nullish(),
  status: z.string().optional().describe(taskStatuses.join(', ')),
  priority: z.enum(priorities).optional(),
  assignee_ids: z.array(wireId).optional(),
  due_date: date,
  parent_id: link.describe('a task of the same project that has no parent itself'),
})

export const tasks = {
  list: operation({
    id: 'tasks.list',
    method: 'GET',
    path: '/tasks',
    summary: 'Tasks of the organisation',
    source: 'C: SEED (resource); path and filters I',
    query: z.object({
      project_id: z.string().optional(),
      status: z.string().optional(),
      assignee_id: z.string().optional(),
      due_before: z.string().optional(),
      due_after: z.string().optional(),
      search: z.string().optional(),
    }),
    answer: task,
    paging: paged('tasks'),
  }),
  get: operation({
    id: 'tasks.get',
    method: 'GET',
    path: '/tasks/{id}',
    summary: 'One task',
    source: 'C: SEED (operation); path I',
    answer: single('task', task),
  }),
  create: operation({
    id: 'tasks.create',
    method: 'POST',
    path: '/tasks',
    summary: 'Makes a task',
    source: 'C: SEED (operation); path I',
    body: changes,
    answer: single('task', task),
    status: 201,
  }),
  update: operation({
    id: 'tasks.update',
    method: 'PUT',
    path: '/tasks/{id}',
    summary: 'Changes a task; what is left out may be cleared',
    source: 'C: SEED (operation); path and merging I',
    body: changes,
    answer: single('task', task),
  }),
  delete: operation({
    id: 'tasks.delete',
    method: 'DELETE',
    path: '/tasks/{id}',
    summary: 'Deletes a task',
    source: 'C: SEED (operation); path I',
    answer: deleted,
  }),
}
