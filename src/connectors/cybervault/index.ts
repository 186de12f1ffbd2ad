import type { Contract } from '../../contract/contract.ts'
import type { Connector } from '../connector.ts'
import { cancelAction, createAction, getAction, listActions, revertAction } from './actions.ts'
import * as habits from './api.ts'
import * as compliance from './compliance.ts'
import * as incidents from './incidents.ts'
import { customersFeed } from './customers.ts'
import { incidentsFeed } from './incident-feed.ts'
import { limits, pace } from './limits.ts'
import { origin } from './origin.ts'
import { probes } from './probes.ts'
import { sandbox } from './sandbox.ts'
import { switches } from './switches.ts'
import { getHealth } from './system.ts'
import { threatsFeed } from './threat-feed.ts'
import { analyzeThreat, getThreat, listThreats, updateThreat, updateThreatStatus } from './threats.ts'

/** CyberVault v3: threat analysis, incident response and compliance. Two of its endpoints are documented. */
const contract: Contract = {
  vendor: 'cybervault',
  title: 'CyberVault',
  version: 'v3',
  about:
    'Threat assessments, incidents and response actions of one tenant. Only health and analysis are documented: what a tenant lacks is no fault.',
  settings: habits.settings,
  base: habits.base,
  arrays: 'comma',
  auth: habits.auth,
  errors: habits.errors,
  limits,
  pace,
  refuseBody: habits.refuseBody,
  invalid: habits.invalid,
  forbid: habits.forbid,
  restate: habits.restate,
  serves: habits.serves,
  wrongMethod: 405,
  switches,
  operations: {
    getHealth,
    analyzeThreat,
    listThreats,
    getThreat,
    updateThreat,
    updateThreatStatus,
    listThreatIncidents: incidents.listThreatIncidents,
    listIncidents: incidents.listIncidents,
    createIncident: incidents.createIncident,
    getIncident: incidents.getIncident,
    updateIncident: incidents.updateIncident,
    listTimeline: incidents.listTimeline,
    createNote: incidents.createNote,
    listIncidentActions: incidents.listIncidentActions,
    createAction,
    listActions,
    getAction,
    cancelAction,
    revertAction,
    listFrameworks: compliance.listFrameworks,
    listControls: compliance.listControls,
    createReport: compliance.createReport,
    listReports: compliance.listReports,
    getReport: compliance.getReport,
    getReportContent: compliance.getReportContent,
  },
}

const connector: Connector = {
  contract,
  feeds: [customersFeed, incidentsFeed, threatsFeed],
  origin,
  probes,
  sandbox,
}

export default connector
