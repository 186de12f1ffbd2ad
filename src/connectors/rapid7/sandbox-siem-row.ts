import type { Activity } from '../world.ts'
import { ruleOf } from './sandbox-alerts.ts'
import { shortId, stamp, uuidOf } from './sandbox-ids.ts'
import type { Alert, Organization, Row } from './sandbox-organization.ts'
import { dressed } from './sandbox-query.ts'

/** A SIEM alert as its interface shows it. */
const techniques: Partial<Record<Activity, string[]>> = {
  shell: ['Execution', 'T1059.001'],
  guess: ['Credential Access', 'T1110'],
  dump: ['Credential Access', 'T1003.001'],
  encrypt: ['Impact', 'T1486'],
  beacon: ['Command and Control', 'T1071'],
}

export function print(organization: Organization, alert: Alert, switches: Record<string, string>): Row {
  const { happening } = alert
  const rule = ruleOf(alert)
  const at = (ms: number): string => stamp(ms, switches)
  return dressed(
    {
      rrn: alert.rrn,
      version: alert.version,
      created_at: at(alert.created),
      updated_at: at(alert.updated),
      alerted_at: at(happening.at),
      ingested_at: at(alert.created),
      external_source: 'IDR ABA',
      external_id: uuidOf('external', alert.rrn),
      organization: organizationOf(organization),
      title: happening.title,
      type: happening.detector,
      rule: {
        rrn: rule.rule_rrn,
        name: rule.rule_name,
        mitre_tcodes: (happening.activity && techniques[happening.activity]) ?? [],
        version_rrn: `rrn:cba:::detection-rule:version:${shortId('version', happening.detector)}`,
      },
      rule_matching_keys: [{ key: 'orgId', values: [organization.id] }],
      rule_keys_of_interest: keysOf(alert),
      responsibility: 'CUSTOMER',
      ...(alert.assignee && { assignee: alert.assignee }),
      priority: switches['words'] === 'unknown' && alert.priority === 'MEDIUM' ? 'ELEVATED' : alert.priority,
      status: alert.status,
      disposition: alert.disposition,
      ...(alert.investigation !== null && { investigation_rrn: alert.investigation }),
      tags: alert.tags,
      permissions: { canEdit: true },
      fields: [],
    },
    switches,
  )
}

function organizationOf({ id, name, region, productToken }: Organization): Row {
  const customer = { customer_id: uuidOf('customer', id), customer_name: name, flags: [] }
  return { id, name, region: region === 'us' ? 'us1' : region, product_token: productToken, ...customer }
}

/** Devices go by their full name here, and users by their mail address. */
function keysOf({ happening: { host, customer, description } }: Alert): Row[] {
  const address = /\b(?:203\.0\.113|198\.51\.100)\.\d+\b/.exec(description)?.[0]
  const hash = /\b[0-9a-f]{64}\b/.exec(description)?.[0]
  return [
    { key: 'hostname', values: [`${host.name}.${customer.domain}`.toLowerCase()] },
    { key: 'asset', values: [host.name] },
    { key: 'user', values: [`${host.user}@${customer.domain}`] },
    ...(address === undefined ? [] : [{ key: 'source_ip', values: [address] }]),
    ...(hash === undefined ? [] : [{ key: 'process.exe_file.hashes.sha256', values: [hash] }]),
  ]
}
