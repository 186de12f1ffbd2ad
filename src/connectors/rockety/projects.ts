import * as z from 'zod'

import { words } from '../../contract/hints.ts'
import { operation } from '../../contract/operation.ts'
import { anyId, count, date, deleted, flag, id, link, name, single, text } from './api.ts'
import { paged } from './paging.ts'
import { task } from './tasks.ts'

const projectStatuses = ['active', 'on_hold', 'completed', 'archived'] as const

/** Projects: the only resource whose path is published. A project may belong to a client. */
export const project = z.looseObject({
  id,
  name: text,
  description: text,
  status: words(...projectStatuses).nullish(),
  client_id: anyId,
  owner_id: anyId,
  start_date: text,
  due_date: text,
  client_portal_enabled: flag,
  client_uploads_enabled: flag,
  tasks_count: count,
  completed_tasks_count: count,
  created_at: text,
  updated_at: text,
})

export type ProjectRow = z.output<typeof project>

const changes = z.looseObject({
  name: name.optional(),
  description: z.string().nullish(),
  status: z.enum(projectStatuses).optional(),
  client_id: link,
  owner_id: link,
  start_date: date,
  due_date: date,
  client_portal_enabled: z.boolean().optional(),
  client_uploads_enabled: z.boolean().optional(),
})

export const projects = {
  list: operation({
    id: 'projects.list',
    method: 'GET',
    path: '/projects',
    summary: 'Projects of the organisation',
    source: 'C: SEED; filters I',
    query: z.object({
      status: z.string().optional(),
      client_id: z.string().optional(),
      search: z.string().optional(),
    }),
    answer: project,
    paging: paged('projects'),
  }),
  get: operation({
    id: 'projects.get',
    method: 'GET',
    path: '/projects/{id}',
    summary: 'One project',
    source: 'C: SEED (operation); path I',
    answer: single('project', project),
  }),
  create: operation({
    id: 'projects.create',
    method: 'POST',
    path: '/projects',
    summary: 'Makes a project',
    source: 'C: SEED (operation); path I',
    body: changes.extend({ name }),
    answer: single('project', project),
    status: 201,
  }),
  update: operation({
    id: 'projects.update',
    method: 'PUT',
    path: '/projects/{id}',
    summary: 'Changes a project; what is left out may be cleared',
    source: 'C: SEED (operation); path and merging I',
    body: changes,
    answer: single('project', project),
  }),
  delete: operation({
    id: 'projects.delete',
    method: 'DELETE',
    path: '/projects/{id}',
    summary: 'Deletes a project with its tasks, files and sign-offs',
    source: 'C: SEED (operation); path I',
    answer: deleted,
  }),
}

export const projectTasks = {
  list: operation({
    id: 'projectTasks.list',
    method: 'GET',
    path: '/projects/{id}/tasks',
    summary: 'Tasks of one project',
    source: 'I',
    answer: task,
    paging: paged('tasks'),
  }),
}
