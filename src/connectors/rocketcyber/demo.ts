import { digest } from '../../domain/id.ts'
import type { Severity } from '../../domain/severity.ts'
import { type World, type WorldCustomer, type WorldHost, tradeName } from '../world.ts'
import type { Entry } from './shelf.ts'
import { withoutNulls } from '../shapes.ts'

/** The made-up world in RocketCyber's fields: one function a kind of row, pure. */

export type Switches = Record<string, string>

export const providerId = 2

export function accountIdOf(customer: WorldCustomer): number {
  return 1000 + customer.number
}

function pathOf(customer: WorldCustomer): string {
  return `${providerId}.${accountIdOf(customer)}`
}

export interface App {
  id: number
  name: string
  description: string
  status: 'active' | 'inactive'
}

/** Numbers 7, 10, 23, 34 and 75 are the vendor's; the others are ours. */
export const apps: readonly App[] = [
  app(7, 'Suspicious Network Services', 'Connections to services and places that malware uses'),
  app(10, 'Active Directory Monitor and Sync', 'Changes to accounts and groups of the domain'),
  app(23, 'Webroot Monitor', 'Detections of Webroot'),
  app(34, 'Defender Manager', 'Health and detections of Windows Defender'),
  app(41, 'Office 365 Risk Detection', 'Risky sign-ins of Microsoft 365'),
  app(58, 'Ransomware Detection', 'Detections of Datto Ransomware Detection'),
  app(61, 'Breach Detection', 'Sign-ins and tools that follow a breach'),
  app(62, 'Suspicious Tools', 'Tools that attackers bring along'),
  app(75, 'VSA Threat Hunt', 'Hunts over the devices of VSA'),
  app(90, 'Event Log Monitor', 'Everything that no other app tells of'),
  { ...app(91, 'Legacy Syslog', 'Retired'), status: 'inactive' },
]

function app(id: number, name: string, description: string): App {
  return { id, name, description, status: 'active' }
}

const fallbackApp = app(90, 'Event Log Monitor', '')

export function appOf(detector: string): App {
  return apps.find((one) => one.name === detector) ?? fallbackApp
}

/** 0 informational, 1 suspicious, 2 malicious. */
export function verdictOfSeverity(severity: Severity): 0 | 1 | 2 {
  if (severity === 'critical' || severity === 'high') return 2
  return severity === 'medium' ? 1 : 0
}

export function toProvider(world: World): Record<string, unknown> {
  return {
    name: world.msp,
    hierarchy: world.msp,
    path: String(providerId),
    address: {
      street1: '1 A St',
      street2: '',
      city: 'Columbus',
      state: 'OH',
      country: 'US',
      zipCode: '43004',
    },
    type: 'Provider',
    status: 'Active',
    emails: world.technicians.map((technician) => technician.email).join(','),
  }
}

export function toCustomer(world: World, customer: WorldCustomer): Record<string, unknown> {
  return {
    name: tradeName(customer),
    hierarchy: `${world.msp} -> ${tradeName(customer)}`,
    path: pathOf(customer),
    customers: [],
    address: {
      street1: `${customer.number} Main St`,
      street2: '',
      city: customer.city,
      state: 'OH',
      country: 'US',
      zipCode: '43004',
    },
    type: 'Customer',
    status: 'Active',
    emails: customer.contact.email,
  }
}

export function toIncident(entry: Entry, switches: Switches): Record<string, unknown> {
  const { happening, resolved } = entry
  const extras = switches['incidentExtras'] === 'present'
  const row = {
    id: switches['incidentIds'] === 'number' ? entry.id : String(entry.id),
    title: happening.title,
    description: happening.description,
    remediation: happening.remediation,
    resolvedAt: stampOf(resolved, switches),
    publishedAt: switches['publishedAt'] === 'null' ? null : stampOf(happening.shownAt, switches),
    createdAt: stampOf(entry.created, switches),
    updatedAt: stampOf(resolved ?? entry.reopened ?? happening.shownAt, switches),
    status: cased(resolved === null ? 'open' : (switches['resolvedWord'] ?? 'resolved'), switches),
    ...(switches['accountFields'] === 'present' && {
      accountId: entry.account,
      customerId: entry.account,
      accountPath: pathOf(happening.customer),
      accountName: tradeName(happening.customer),
    }),
    ...(extras && { eventCount: 1, affectedDevices: [happening.host.name], severity: happening.severity }),
    ...extraFields(switches),
  }
  return switches['nulls'] === 'absent' ? withoutNulls(row) : row
}

const verdicts = ['informational', 'suspicious', 'malicious'] as const

export function toEvent(entry: Entry, switches: Switches): Record<string, unknown> {
  const { happening } = entry
  const verdict = verdictOfSeverity(happening.severity)
  const word = switches['words'] === 'unknown' ? 'benign' : cased(verdicts[verdict], switches)
  return {
    appId: appOf(happening.detector).id,
    deviceId: agentIdOf(happening.customer, happening.host),
    verdict: switches['verdicts'] === 'numbers' ? verdict : word,
    detectionDate: stampOf(happening.at, switches),
    value: happening.title.split(' - ')[0] ?? happening.title,
    valueType: 'Detection',
    details: {
      type: 'detection',
      source: happening.detector,
      priority: happening.severity,
      attributes: { direction: 'outbound', hostname: happening.host.name, user: happening.host.user },
    },
    createdAt: stampOf(happening.shownAt, switches),
    updatedAt: stampOf(happening.shownAt, switches),
    customerId: entry.account,
    accountPath: pathOf(happening.customer),
    incidentId: entry.id,
    ...extraFields(switches),
  }
}

/** A number from 0 to 99 that stays with its thing. */
function chance(...parts: (string | number)[]): number {
  return Number.parseInt(digest(parts.join(' ')).slice(0, 8), 16) % 100
}

/** What is drawn for a host once and for all. */
interface Lot {
  customer: WorldCustomer
  agentId: string
  connectivity: string
  /** Days before the world's start. */
  installed: number
}

const lots = new WeakMap<WorldHost, Lot>()

function lotOf(customer: WorldCustomer, host: WorldHost): Lot {
  const known = lots.get(host)
  if (known?.customer === customer) return known
  const n = chance('connectivity', customer.number, host.name)
  const lot = {
    customer,
    agentId: digest(`agent ${customer.number} ${host.name}`).slice(0, 24),
    connectivity: n < 85 ? 'online' : n < 98 ? 'offline' : 'isolated',
    installed: 1 + chance('installed', customer.number, host.name),
  }
  lots.set(host, lot)
  return lot
}

export function agentIdOf(customer: WorldCustomer, host: WorldHost): string {
  return lotOf(customer, host).agentId
}

export function connectivityOf(customer: WorldCustomer, host: WorldHost): string {
  return lotOf(customer, host).connectivity
}

const day = 86_400_000
/** Agents call in once in this time. */
export const seenEveryMs = 3_600_000

export function agentCreatedAt(world: World, customer: WorldCustomer, host: WorldHost): number {
  return world.start - lotOf(customer, host).installed * day
}

export function toAgent(
  world: World,
  customer: WorldCustomer,
  host: WorldHost,
  now: number,
  switches: Switches,
): Record<string, unknown> {
  return {
    ...steadyAgent(world, customer, host, switches),
    ...lastSeen(world, customer, host, now, switches),
  }
}

/** Of an agent what stays when it calls in. */
export function steadyAgent(
  world: World,
  customer: WorldCustomer,
  host: WorldHost,
  switches: Switches,
): Record<string, unknown> {
  const connectivity = connectivityOf(customer, host)
  return {
    id: agentIdOf(customer, host),
    customerId: accountIdOf(customer),
    hostname: host.name,
    ipv4Address: host.ip,
    macAddress: host.mac,
    createdAt: stampOf(agentCreatedAt(world, customer, host), switches),
    platform: host.os.platform,
    family: host.os.family,
    version: host.os.version,
    edition: host.os.edition,
    architecture: '64-bit',
    build: host.os.build,
    release: host.os.build,
    accountPath: pathOf(customer),
    agentVersion: '3.4.1',
    connectivity: switches['words'] === 'unknown' ? 'quarantined' : cased(connectivity, switches),
  }
}

/** And what stands behind that. */
export function lastSeen(
  world: World,
  customer: WorldCustomer,
  host: WorldHost,
  now: number,
  switches: Switches,
): Record<string, unknown> {
  const left = connectivityOf(customer, host) === 'offline'
  const at = left ? agentCreatedAt(world, customer, host) + day : now - (now % seenEveryMs)
  return { lastConnected: stampOf(at, switches), ...extraFields(switches) }
}

export function toFirewall(
  world: World,
  customer: WorldCustomer,
  switches: Switches,
): Record<string, unknown> {
  return {
    id: firewallIdOf(customer),
    accountPath: pathOf(customer),
    details: { type: firewallTypeOf(customer), device_id: `${firewallTypeOf(customer)}-${customer.number}` },
    createdAt: stampOf(world.start - 30 * day, switches),
    instanceType: 'firewall',
    ...extraFields(switches),
  }
}

export function firewallIdOf(customer: WorldCustomer): string {
  return digest(`firewall ${customer.number}`).slice(0, 24)
}

export function firewallTypeOf(customer: WorldCustomer): string {
  return customer.number % 2 === 0 ? 'fortinet' : 'sonicwall'
}

export function toDefender(
  hosts: readonly { customer: WorldCustomer; host: WorldHost }[],
  atRisk: ReadonlyMap<string, number>,
): unknown {
  const healthOf = ({ customer, host }: (typeof hosts)[number]): number =>
    chance('defender', customer.number, host.name)
  const device = ({ host }: (typeof hosts)[number]): Record<string, unknown> => {
    const { platform, family, version, edition } = host.os
    return {
      hostname: host.name,
      ipAddress: host.ip,
      operatingSystem: { platform, family, version, edition },
    }
  }
  const poor = hosts.filter((one) => healthOf(one) < 8)
  const unknown = hosts.filter((one) => healthOf(one) >= 95)
  const risky = hosts.filter((one) => atRisk.has(agentIdOf(one.customer, one.host)))
  const detections = risky.map((one) => ({
    ...device(one),
    deviceId: agentIdOf(one.customer, one.host),
    detections: {
      malicious: atRisk.get(agentIdOf(one.customer, one.host)) ?? 0,
      suspicious: 0,
      informational: 0,
    },
  }))
  const malicious = detections.reduce((sum, one) => sum + one.detections.malicious, 0)
  return {
    totalDevices: hosts.length,
    totalHealthy: hosts.length - poor.length - unknown.length,
    totalUnhealthy: poor.length,
    totalUnknown: unknown.length,
    detectionSummary: {
      totalEvents: malicious,
      totalMalicious: malicious,
      totalSuspicious: 0,
      totalInformational: 0,
    },
    devicesAtRisk: { total: risky.length, data: detections },
    devicesWithPoorHealth: { total: poor.length, data: poor.map(device) },
    devicesWithUnknownHealth: { total: unknown.length, data: unknown.map(device) },
  }
}

const mailboxesEach = 120

export function toOffice(
  world: World,
  customers: readonly WorldCustomer[],
  switches: Switches,
): Record<string, unknown> {
  const mailboxes = (customer: WorldCustomer): Record<string, unknown>[] =>
    Array.from({ length: mailboxesEach }, (_, i) => ({
      id: `${i === 0 ? customer.contact.email.split('@')[0] : `mailbox${i}`}@${customer.domain}`,
      mfaStatus: ['unknown', 'enabled', 'disabled'][chance('mfa', customer.number, i) % 3],
      licenses: ['O365_BUSINESS_PREMIUM'],
    }))
  const scores = Array.from({ length: 7 }, (_, i) => ({
    detectionDate: stampOf(world.start + i * day, switches),
    secureScorePercentage: 40 + i * 1.5,
  }))
  const lists = customers.map((customer) => [String(accountIdOf(customer)), mailboxes(customer)] as const)
  const all = lists.flatMap(([, list]) => list)
  return {
    secureScoreProgress: {
      startDate: stampOf(world.start, switches),
      endDate: stampOf(world.start + 6 * day, switches),
      totalDays: scores.length,
      minScore: 40,
      maxScore: 49,
      averageScore: 44.5,
      data: scores,
    },
    monitoredAccounts:
      switches['mailboxes'] === 'by-account'
        ? Object.fromEntries(lists.map(([account, data]) => [account, { total: data.length, data }]))
        : { total: all.length, data: all },
    secureScoreToDo: {
      total: 2,
      data: [
        {
          maxScore: 10,
          control: 'AdminMFAV2',
          description: 'Administrators sign in without a second factor',
          remediation: 'Require MFA for all roles',
        },
        {
          maxScore: 8,
          control: 'BlockLegacyAuthentication',
          description: 'Old protocols are allowed',
          remediation: 'Block them by policy',
        },
      ],
    },
    accountIdToNameMap: Object.fromEntries(
      customers.map((customer) => [String(accountIdOf(customer)), customer.name]),
    ),
  }
}

export function toSuppressionRule(
  world: World,
  customer: WorldCustomer,
  switches: Switches,
): Record<string, unknown> {
  return {
    ruleId: 500 + customer.number,
    ruleName: `Known scanner of ${customer.name}`,
    status: 'active',
    accountId: accountIdOf(customer),
    createdAt: stampOf(world.start - 10 * day, switches),
    updatedAt: stampOf(world.start - 5 * day, switches),
    ...extraFields(switches),
  }
}

function stampOf(time: number | null, switches: Switches): string | null {
  if (time === null) return null
  const iso = new Date(time).toISOString()
  if (switches['times'] === 'seconds') return iso.replace(/\.\d+/, '')
  return switches['times'] === '+00:00' ? iso.replace('Z', '+00:00') : iso
}

/** `switches.casing` title: `Open` for `open`. */
function cased(word: string, switches: Switches): string {
  return switches['casing'] === 'title' ? `${word.slice(0, 1).toUpperCase()}${word.slice(1)}` : word
}

function extraFields(switches: Switches): Record<string, unknown> {
  return switches['extraFields'] === 'on' ? { somethingNew: { kept: true, list: [1, 'two', null] } } : {}
}
