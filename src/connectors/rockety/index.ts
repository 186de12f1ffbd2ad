import type { Contract } from '../../contract/contract.ts'
import type { Connector } from '../connector.ts'
import {
  auth,
  errors,
  forbid,
  invalid,
  limits,
  refuse,
  refuseBody,
  restate,
  settings,
  wrongMethod,
} from './api.ts'
import { board } from './board.ts'
import { clients } from './clients.ts'
import { contacts } from './contacts.ts'
import { feeds } from './feeds.ts'
import { files } from './files.ts'
import { address, baseFrom, paceFrom } from './map.ts'
import { probes } from './probes.ts'
import { projectTasks, projects } from './projects.ts'
import { sandbox } from './sandbox.ts'
import { signOffs } from './sign-offs.ts'
import { switches } from './switches.ts'
import { tasks } from './tasks.ts'
import { users } from './users.ts'

const resources = { projects, projectTasks, tasks, users, clients, contacts, files, signOffs }

/** Rockety: projects and tasks that an agency or a provider shares with its clients. */
const contract: Contract = {
  vendor: 'rockety',
  title: 'Rockety',
  version: 'v1',
  about:
    'Projects, tasks, users and clients of one organisation. Hardly any of it is published: paths and field names stand in a map that the connection can change.',
  settings,
  base: baseFrom,
  address,
  pace: (given) => paceFrom(given, limits.pace),
  arrays: 'brackets',
  auth,
  errors,
  limits,
  refuse,
  refuseBody,
  forms: true,
  invalid,
  forbid,
  restate,
  wrongMethod,
  tellApart: {
    status: 401,
    by: projects.list,
    whenOk: { code: 'missing_permission', message: 'the token is good, but may not do this' },
    whenNot: { code: 'unauthorized', message: 'the token is wrong or was deleted: make a new one' },
  },
  switches,
  operations: Object.fromEntries(
    Object.values(resources).flatMap((resource) => Object.values(resource).map((op) => [op.id, op])),
  ),
}

const rockety: Connector = { contract, feeds, board, probes, sandbox }

export default rockety
