import type { Client, Outcome } from '../../contract/client.ts'
import type { Operation } from '../../contract/operation.ts'
import type { Probe, ProbeResult } from '../connector.ts'
import { clients } from './clients.ts'
import { contacts } from './contacts.ts'
import { files } from './files.ts'
import { whyOff } from './presence.ts'
import { projectTasks, projects } from './projects.ts'
import { signOffs } from './sign-offs.ts'
import { tasks } from './tasks.ts'
import { users } from './users.ts'

/** What is asked on connecting: reads only, for a POST could make something and a DELETE end it. */
const once = { attempts: 1 } as const

/** The one published address: nothing else can be asked before this passes. */
const address: Probe = {
  name: 'address and token',
  operation: projects.list,
  async run(client) {
    const read = await client.try(projects.list, {}, once)
    if (read.ok)
      return { state: 'ok', detail: `${read.answer.value.total ?? read.answer.value.rows.length} projects` }
    const { error } = read
    const mend = addressMends[error.status === 401 ? 'unauthorized' : error.code]
    return { state: 'fail', detail: error.line, ...(mend !== undefined && { mend }) }
  },
}

const asApplication =
  'The web application answered instead of the API: the base must be https://app.rockety.io/api/v1.'

const addressMends: Record<string, string> = {
  unauthorized:
    'The token is wrong or was deleted. In Rockety: Organisation Settings → Integrations → Rockety API → Create API Key; an admin can.',
  redirect: asApplication,
  html_body: asApplication,
  not_found: 'Check the base, and paths.projects in the client map.',
  enotfound: 'Check the base: Rockety has one host for all, app.rockety.io.',
  unexpected_shape:
    'Something answered that is not Rockety’s API, or its lists look otherwise than known: check the base.',
}

const secondPage: Probe = {
  name: 'second page',
  operation: projects.list,
  run: async (client) =>
    judge(projects.list, await client.try(projects.list, { query: { page: 2 } as never }, once)), // paging's own name
}

/** A resource that the account may lack: 404 and 401 switch its feed off, and say so. */
function feature(name: string, operation: Operation): Probe {
  return { name, operation, run: async (client) => judge(operation, await client.try(operation, {}, once)) }
}

/** A form that needs somebody's id: the first of the list; without one it cannot be asked. */
function inside(name: string, operation: Operation, list: Operation): Probe {
  return {
    name,
    operation,
    async run(client) {
      const id = await firstId(client, list)
      if (id === undefined) return { state: 'skip', detail: `${list.path} holds nothing to ask it of` }
      return judge(operation, await client.try(operation, { params: { id } }, once))
    },
  }
}

async function firstId(client: Client, list: Operation): Promise<string | undefined> {
  const read = await client.try(list, {}, once)
  if (!read.ok) return undefined
  const { rows } = read.answer.value as { rows: { id: string | number }[] } // every list of ours has ids
  return rows[0] === undefined ? undefined : String(rows[0].id)
}

function judge(operation: Operation, outcome: Outcome<unknown>): ProbeResult {
  const call = `${operation.method} ${operation.path}`
  if (outcome.ok) return { state: 'ok', detail: `${call} answers` }
  const { error } = outcome
  const off = whyOff(error)
  if (off === undefined) return { state: 'fail', detail: error.line }
  const mend =
    error.status === 404
      ? 'If your Rockety has it under another path, say so in the client map of the connection.'
      : 'Make a key as an admin of the organisation: a key has all rights that its organisation has.'
  return { state: 'warn', detail: off, mend }
}

export const probes: readonly Probe[] = [
  address,
  secondPage,
  feature('users', users.list),
  feature('tasks', tasks.list),
  feature('clients', clients.list),
  inside('one project', projects.get, projects.list),
  inside('a project’s tasks', projectTasks.list, projects.list),
  inside('a project’s files', files.list, projects.list),
  inside('a project’s sign-offs', signOffs.list, projects.list),
  inside('one task', tasks.get, tasks.list),
  inside('one user', users.get, users.list),
  inside('one client', clients.get, clients.list),
  inside('a client’s contacts', contacts.list, clients.list),
]
