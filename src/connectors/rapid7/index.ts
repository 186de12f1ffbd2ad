import type { Contract } from '../../contract/contract.ts'
import type { Connector } from '../connector.ts'
import { account } from './account.ts'
import { alertsFeed } from './alerts-feed.ts'
import * as habits from './api.ts'
import { attachments } from './attachments.ts'
import { audit } from './audit.ts'
import { auditFeed } from './audit-feed.ts'
import { comments } from './comments.ts'
import { customersFeed } from './customers-feed.ts'
import { entities } from './entities.ts'
import { health } from './health.ts'
import { assetsFeed, usersFeed } from './inventory-feeds.ts'
import { investigationAlerts } from './investigation-alerts.ts'
import { investigations } from './investigations.ts'
import { investigationsFeed } from './investigations-feed.ts'
import { investigationsV1 } from './investigations-v1.ts'
import { logManagement } from './log-management.ts'
import { logQuery } from './log-query.ts'
import { logUsage } from './log-usage.ts'
import { origin } from './origin.ts'
import { platform } from './platform.ts'
import { probes } from './probes.ts'
import { sandbox } from './sandbox.ts'
import { siemAlerts } from './siem-alerts.ts'
import { siemFeed } from './siem-feed.ts'
import { threats } from './threats.ts'
import { webhooks } from './webhooks.ts'

/** Rapid7 Command Platform: InsightIDR investigations and alerts, Log Search, audit logs and the Account API. */
const resources = [
  platform,
  account,
  investigations,
  investigationsV1,
  investigationAlerts,
  comments,
  attachments,
  entities,
  threats,
  health,
  webhooks,
  siemAlerts,
  logQuery,
  logManagement,
  logUsage,
  audit,
]

const contract: Contract = {
  vendor: 'rapid7',
  title: 'Rapid7 Command Platform',
  version: 'v2',
  about:
    'InsightIDR of one organization, or of all that an MSP manages: investigations, alerts, logs and audit logs.',
  settings: habits.settings,
  base: habits.base,
  surfaces: { logs: habits.logs },
  owns: habits.owns,
  arrays: 'comma',
  auth: habits.auth,
  errors: habits.errors,
  limits: habits.limits,
  invalid: habits.invalid,
  forbid: habits.forbid,
  wrongMethod: 405,
  tellApart: {
    status: 401,
    by: platform.validate,
    whenOk: { code: 'refused_here', message: 'the key is good, but this service does not take it' },
    whenNot: {
      code: 'unauthorized',
      message:
        'the key is not known in this region: it was deleted or mistyped, or it belongs to another region; `watchfloor doctor` tells which',
    },
  },
  switches: habits.switches,
  operations: Object.fromEntries(
    resources.flatMap((resource) => Object.values(resource).map((op) => [op.id, op])),
  ),
}

const connector: Connector = {
  contract,
  feeds: [customersFeed, investigationsFeed, alertsFeed, siemFeed, assetsFeed, usersFeed, auditFeed],
  origin,
  probes,
  sandbox,
}

export default connector
