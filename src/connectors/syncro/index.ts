import type { Contract } from '../../contract/contract.ts'
import type { Connector } from '../connector.ts'
import { alerts } from './alerts.ts'
import {
  auth,
  base,
  errors,
  forbid,
  invalid,
  limits,
  refuseBody,
  restate,
  settings,
  switches,
} from './api.ts'
import { assets } from './assets.ts'
import { comments } from './comments.ts'
import { contacts } from './contacts.ts'
import { customers, phones } from './customers.ts'
import { desk } from './desk.ts'
import { feeds } from './feeds.ts'
import { forms } from './forms.ts'
import { probes } from './probes.ts'
import { sandbox } from './sandbox.ts'
import { search } from './search.ts'
import { settings as accountSettings } from './settings.ts'
import { files, lineItems, timers } from './ticket-parts.ts'
import { tickets } from './tickets.ts'
import { me, userDevices, users } from './users.ts'
import { worksheets } from './worksheets.ts'

const resources = {
  tickets,
  comments,
  lineItems,
  timers,
  files,
  worksheets,
  forms,
  customers,
  phones,
  contacts,
  assets,
  alerts,
  me,
  users,
  userDevices,
  settings: accountSettings,
  search,
}

const contract: Contract = {
  vendor: 'syncro',
  title: 'Syncro',
  version: 'v1',
  about:
    'Tickets, customers and devices of a Syncro account. Every POST makes a record: nothing here is idempotent.',
  settings,
  base,
  arrays: 'brackets',
  auth,
  errors,
  limits,
  refuseBody,
  invalid,
  forbid,
  restate,
  tellApart: {
    status: 401,
    by: me.get,
    whenOk: {
      code: 'missing_permission',
      message: 'the token is good, but lacks a permission for this call',
    },
    whenNot: { code: 'unauthorized', message: 'the token is wrong, expired or deleted' },
  },
  switches,
  operations: Object.fromEntries(
    Object.values(resources).flatMap((resource) => Object.values(resource).map((op) => [op.id, op])),
  ),
}

const syncro: Connector = { contract, feeds, desk, probes, sandbox }

export default syncro
