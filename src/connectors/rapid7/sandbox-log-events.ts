import type { Organization, Row } from './sandbox-organization.ts'
import { stamp, uuidOf } from './sandbox-ids.ts'

/** What stands in the logs: made from the time, so that nothing needs to be kept. */
export interface Entry {
  logId: string
  time: number
  message: string
  /** Passes 2^53, as the real ones do. */
  sequence: string
}

export interface Log {
  id: string
  name: string
  entries(organization: Organization, from: number, to: number): Entry[]
}

const hour = 3_600_000
/** A search never sees more than this of one log. */
const most = 20_000

export function logsOf(organization: Organization): Log[] {
  const made = [
    { name: 'Asset Authentication', entries: logons },
    { name: 'Endpoint Activity', entries: detections },
  ]
  return made
    .map(({ name, entries }) => ({
      id: uuidOf('log', organization.id, name),
      name,
      entries: named(name, entries),
    }))
    .filter((log) => !organization.removedLogs.has(log.id))
}

export function auditLogsOf(organization: Organization, start: number): Log[] {
  const name = 'Platform Audit'
  const entries = (one: Organization, from: number, to: number): Bare[] =>
    audited(one, Math.max(from, start), to)
  return [{ id: uuidOf('audit', organization.id, name), name, entries: named(name, entries, 'audit') }]
}

type Bare = Pick<Entry, 'time' | 'message'>

function named(
  name: string,
  make: (organization: Organization, from: number, to: number) => Bare[],
  kind = 'log',
): Log['entries'] {
  return (organization, from, to) => {
    const logId = uuidOf(kind, organization.id, name)
    return make(organization, from, to)
      .slice(0, most)
      .map((bare, i) => ({ ...bare, logId, sequence: String((BigInt(bare.time) << 21n) + BigInt(i % 1024)) }))
  }
}

/** The whole hours from `from` (included) to `to` (excluded), offset by `shift`. */
function hours(from: number, to: number, step: number, shift = 0): number[] {
  const first = Math.ceil((from - shift) / step) * step + shift
  const count = Math.min(most, Math.max(0, Math.ceil((to - first) / step)))
  return Array.from({ length: count }, (_, i) => first + i * step)
}

/** One sign-in an hour, by one user after the other. */
function logons(organization: Organization, from: number, to: number): Bare[] {
  const hosts = organization.customer?.hosts ?? []
  return hours(from, to, hour).map((time) => {
    const host = hosts[(time / hour) % Math.max(1, hosts.length)]
    const user = host?.user ?? 'trainee'
    const message = {
      timestamp: stamp(time, {}),
      destination_asset: host?.name ?? 'LAB-01',
      destination_user: user,
      result: 'SUCCESS',
      service: 'kerberos',
    }
    return { time, message: JSON.stringify(message) }
  })
}

function detections(organization: Organization, from: number, to: number): Bare[] {
  return organization.alerts
    .filter(({ created }) => created >= from && created < to)
    .map(({ created: time, happening: { host, title } }) => ({
      time,
      message: JSON.stringify({ timestamp: stamp(time, {}), hostname: host.name, user: host.user, title }),
    }))
}

const actions = [
  ['ADD_EVENT_SOURCE', 'Event source Active Directory was added'],
  ['ACTIVATE_COLLECTOR', 'Collector Head office was activated'],
  ['LOG_UPDATED', 'Log Endpoint Activity was updated'],
  ['DELETE_HONEYPOT', 'Honeypot FS-OLD was deleted'],
] as const

/** Somebody changes something three times a day. */
function audited(organization: Organization, from: number, to: number): Bare[] {
  return hours(from, to, 8 * hour, hour / 2).map((time) => {
    const [action, description] = actions[Math.floor(time / (8 * hour)) % actions.length] ?? actions[0]
    const person = organization.people[Math.floor(time / (8 * hour)) % organization.people.length]
    const user = { name: `${person?.first_name} ${person?.last_name}`, email: person?.email }
    const message = {
      timestamp: stamp(time, {}),
      action,
      description,
      service: 'InsightIDR',
      user,
      organization_id: organization.id,
      source_ip: '198.51.100.7',
    }
    return { time, message: JSON.stringify(message) }
  })
}

/** A log as the management list shows it. */
export function toLogRow(organization: Organization, { id, name }: Log, base: string): Row {
  const set = logsetOf(organization)
  const links = [{ rel: 'Related', href: `${base}/query/logs/${id}` }]
  return {
    id,
    name,
    tokens: [uuidOf('token', id)],
    structures: [uuidOf('structure', id)],
    user_data: { platform_managed: 'true' },
    source_type: 'token',
    token_seed: null,
    retention_period: 'default',
    links,
    rrn: organization.rrn('logsearch', 'log', id),
    logsets_info: [
      {
        ...set,
        rrn: organization.rrn('logsearch', 'logset', set.id),
        links: [{ rel: 'Self', href: `${base}/management/logsets/${set.id}` }],
      },
    ],
  }
}

export function logsetOf(organization: Organization): { id: string; name: string } {
  return { id: uuidOf('logset', organization.id), name: 'Sandbox' }
}
