import { type Listing, listed } from '../../contract/listing.ts'
import { type Behaviour, type Call, Reply } from '../../contract/server.ts'
import { shortId, stamp } from './sandbox-ids.ts'
import { find } from './sandbox-investigations.ts'
import { type Alert, notFound, plainName } from './sandbox-organization.ts'
import { dressed } from './sandbox-query.ts'

/** The alerts under an investigation. */
export function ruleOf(alert: Alert): { rule_name: string; rule_rrn: string } {
  const { detector } = alert.happening
  return { rule_name: detector, rule_rrn: `rrn:cba:::detection-rule:${shortId('rule', detector)}` }
}

function print(alert: Alert, switches: Record<string, string>): Record<string, unknown> {
  const { happening } = alert
  const rule = ruleOf(alert)
  return dressed(
    {
      id: alert.id,
      title: happening.title,
      alert_type: happening.detector,
      alert_type_description: happening.description,
      created_time: stamp(alert.created, switches),
      first_event_time: stamp(happening.at, switches),
      latest_event_time: stamp(happening.at, switches),
      alert_source: alert.siem ? 'Attacker Behavior Analytics' : 'User Behavior Analytics',
      detection_rule_rrn: switches['ruleReference'] === 'text' ? rule.rule_rrn : rule,
    },
    switches,
  )
}

const rowsOf = listed((alert: Alert, { switches }) => print(alert, switches))

function list(call: Call): Listing<Alert> {
  const { organization, row } = find(call)
  const alerts = row.alerts
    .flatMap((id) => organization.alert(id) ?? [])
    .toSorted((a, b) => b.created - a.created)
  return rowsOf(alerts, call)
}

function unlink(call: Call): Reply {
  const { organization, row } = find(call)
  const alert = organization.alert(plainName(call.params['alertRrn'] ?? ''))
  if (alert === undefined || alert.investigation !== row.rrn) throw notFound('alert of this investigation')
  organization.unlink(alert, row, call.now)
  return new Reply(200, '')
}

const closeReasons = ['ProblemSolved', 'InformationalOnly', 'Other']

function productAlerts(call: Call): unknown[] {
  const { row } = find(call)
  if (row.threatCommand === null) return []
  const threat = {
    alert_id: row.threatCommand,
    alert_type: 'Phishing',
    applicable_close_reasons: closeReasons,
  }
  const agent = {
    alert_id: `${row.threatCommand}-agent`,
    alert_type: 'Endpoint Prevention',
    agent_action_taken: 'Block',
  }
  return [
    // Recorded together in one row, and each alone.
    { type: 'THREAT_COMMAND', threat_command_details: threat, insight_agent_details: [agent] },
    { type: 'INSIGHT_AGENT', insight_agent_details: [agent] },
  ]
}

export const alertBehaviours: Record<string, Behaviour> = {
  'alerts.list': list,
  'alerts.unlink': unlink,
  'product-alerts.list': productAlerts,
}
