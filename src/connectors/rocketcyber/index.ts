import type { Contract } from '../../contract/contract.ts'
import type { Connector } from '../connector.ts'
import { customersFeed, getAccount, getAccountById, listAccounts } from './accounts.ts'
import { agentsFeed, getAgent, listAgents } from './agents.ts'
import * as habits from './api.ts'
import { listApps } from './apps.ts'
import { getDefender } from './defender.ts'
import { listEvents, summarizeEvents } from './events.ts'
import { listFirewalls } from './firewalls.ts'
import { incidentsFeed } from './incident-feed.ts'
import { getIncident, listIncidents } from './incidents.ts'
import { getOffice } from './office.ts'
import { probes } from './probes.ts'
import { getReport } from './reports.ts'
import { sandbox } from './sandbox.ts'
import { getSuppressionRule, listSuppressionRules } from './suppression.ts'

/** RocketCyber, now sold as Kaseya MDR: a managed SOC that can only be read. */
const contract: Contract = {
  vendor: 'rocketcyber',
  title: 'RocketCyber',
  version: 'v3',
  about:
    'Incidents, events and agents of the managed SOC by Kaseya, for a provider and all of its customers. Read-only.',
  settings: habits.settings,
  base: habits.base,
  arrays: 'comma',
  auth: habits.auth,
  errors: habits.errors,
  limits: habits.limits,
  invalid: habits.invalid,
  forbid: habits.forbid,
  switches: habits.switches,
  operations: {
    getAccount,
    listAccounts,
    getAccountById,
    listAgents,
    getAgent,
    listIncidents,
    getIncident,
    listEvents,
    summarizeEvents,
    listApps,
    getDefender,
    listFirewalls,
    getOffice,
    listSuppressionRules,
    getSuppressionRule,
    getReport,
  },
}

const connector: Connector = { contract, feeds: [customersFeed, incidentsFeed, agentsFeed], probes, sandbox }

export default connector
