import type { Identity } from '../../contract/auth.ts'
import { type Telling, listed, listedAs } from '../../contract/listing.ts'
import { Refusal } from '../../contract/refusal.ts'
import { type Behaviour, type Call, Reply } from '../../contract/server.ts'
import type { DemoKey, SandboxOptions, SandboxState, SandboxVendor } from '../sandbox-vendor.ts'
import { type World, type WorldCustomer, type WorldHost, tradeName } from '../world.ts'
import * as demo from './demo.ts'
import { rangeOf, contains, isNothing, ordered, sortOf } from './sandbox-query.ts'
import { Incidents, seedRange } from './sandbox-incidents.ts'
import { type Entry, between, createdOf } from './shelf.ts'

/** RocketCyber's side of the sandbox: the made-up world as this vendor would show it. */
export const sandbox: SandboxVendor = {
  mounts: ['/rocketcyber/v3'],
  hosts: ['api-us.rocketcyber.com', 'api-eu.rocketcyber.com', 'api-ap.rocketcyber.com'],
  settings: { region: 'us' },
  open,
}

const keys: readonly DemoKey[] = [
  { name: 'provider', value: 'rc-demo-provider-key', note: 'sees the provider and all of its customers' },
  {
    name: 'no-subscription',
    value: 'rc-demo-no-soc-key',
    note: 'a provider without the managed SOC: 403 but for /account',
  },
  { name: 'destroyed', value: 'rc-demo-destroyed-key', note: 'destroyed before the next one was made: 401' },
  { name: 'other-region', value: 'rc-demo-eu-key', note: 'good in another region: 401 here' },
]

function identify(key: string): Identity | undefined {
  if (key === keys[0]?.value) return { name: 'provider', permissions: 'all' }
  if (key === keys[1]?.value) return { name: 'no-subscription', permissions: new Set() }
  return undefined
}

function open(world: World, options: SandboxOptions): SandboxState {
  const incidents = new Incidents(world, options)
  const behaviours = {
    ...accountBehaviours(world),
    ...incidentBehaviours(world, incidents),
    ...deviceBehaviours(world, incidents),
    ...settingBehaviours(world),
  }
  return {
    keys,
    behaviours: Object.fromEntries(
      Object.entries(behaviours).map(([id, behaviour]) => [id, guarded(world, behaviour)]),
    ),
    identify,
    advance: () => incidents.advance(),
    raised: () => incidents.raised(),
  }
}

/** What the switches can forbid in front of every behaviour. */
function guarded(world: World, behaviour: Behaviour): Behaviour {
  const known = new Set([demo.providerId, ...world.customers.map(demo.accountIdOf)])
  return (call) => {
    refuseForeign(call, known)
    const { op, raw, switches } = call
    if (op.alias === true && switches['seedForms'] === 'off')
      throw new Refusal(404, 'endpoint_not_found', 'Not found')
    if (switches['strict'] === 'on') {
      const known = Object.keys({ ...op.query?.shape, ...op.paging?.query }).filter(
        (name) => name !== 'limit',
      )
      const unknown = [...raw.keys()].find(
        (name) => !known.includes(name) && !(op.alias === true && name === 'limit'),
      )
      if (unknown !== undefined)
        throw new Refusal(400, 'bad_request', `${unknown} is not a parameter of ${op.path}`)
    }
    return behaviour(call)
  }
}

function refuseForeign({ query, switches }: Call, known: ReadonlySet<number>): void {
  const status = Number(switches['foreignAccounts'])
  if (status !== 404 && status !== 403) return
  const accounts = query['accountId'] === undefined ? [] : [query['accountId']].flat().map(Number)
  const foreign = accounts.find((account) => !known.has(account))
  if (foreign !== undefined) throw new Refusal(status, 'not_found', `Account ${foreign} not found`)
}

type Behaviours = Record<string, Behaviour>

function accountBehaviours(world: World): Behaviours {
  const print = (
    account: number,
    row: Record<string, unknown>,
    { switches }: Call,
  ): Record<string, unknown> => ({
    ...(switches['accountIds'] === 'present' && { id: account }),
    ...row,
    ...(switches['words'] === 'unknown' && { status: 'Trial' }),
    ...(switches['extraFields'] === 'on' && { somethingNew: true }),
  })
  const seedForm = (customer: WorldCustomer): Record<string, unknown> => ({
    id: demo.accountIdOf(customer),
    name: tradeName(customer),
    type: 'customer',
    status: 'active',
  })
  return {
    'account.get'(call) {
      const account = Number(call.query['accountId'] ?? demo.providerId)
      if (account !== demo.providerId)
        return print(account, demo.toCustomer(world, customerOf(world, account)), call)
      const objects = call.query['details'] === true && call.switches['customers'] === 'objects'
      const customers = world.customers.map((customer) =>
        objects
          ? print(demo.accountIdOf(customer), demo.toCustomer(world, customer), call)
          : demo.accountIdOf(customer),
      )
      return print(account, { ...demo.toProvider(world), customers }, call)
    },
    'accounts.list': () => world.customers.map(seedForm),
    'accounts.get': ({ params }) => seedForm(customerOf(world, Number(params['id']))),
  }
}

function customerOf(world: World, account: number): WorldCustomer {
  const customer = world.customers.find((one) => demo.accountIdOf(one) === account)
  if (customer === undefined) throw new Refusal(404, 'not_found', `Account ${account} not found`)
  return customer
}

function incidentBehaviours(world: World, incidents: Incidents): Behaviours {
  const find = (call: Call): readonly Entry[] => {
    const sort = sortOf(call, ['detectionDate', 'dates', 'verdict'])
    const { from, to } = rangeOf(call.query['dates']) ??
      seedRange(call.raw) ?? { from: -Infinity, to: Infinity }
    let rows = between(incidents.events(Number(call.query['appId'])).created, createdOf, from, to)
    const accounts = call.query['accountId'] as number[] | undefined
    if (accounts !== undefined) rows = rows.filter((row) => accounts.includes(row.account))
    const verdicts = (call.query['verdict'] as string[] | undefined)?.map((word) => word.toLowerCase())
    if (verdicts !== undefined) rows = rows.filter((row) => verdicts.includes(verdictWord(row)))
    const details = call.query['details']
    if (typeof details === 'string') rows = rows.filter((row) => matchesDetails(row, details))
    if (sort?.field !== 'verdict') return ordered(rows, sort)
    const rank = (row: Entry): number => demo.verdictOfSeverity(row.happening.severity)
    return rows.toSorted((a, b) => (rank(a) - rank(b)) * (sort.descending ? -1 : 1))
  }
  const incidentRows = listed((entry: Entry, { switches }) => demo.toIncident(entry, switches))
  const eventRows = listed((entry: Entry, { switches }) => demo.toEvent(entry, switches))
  return {
    'incidents.list'(call) {
      const { rows, descending } = incidents.find(call)
      return incidentRows(ordered(rows, { descending }), call)
    },
    'incidents.get'({ params, switches }) {
      const entry = incidents.get(Number(params['id']))
      if (entry === undefined) throw new Refusal(404, 'not_found', 'Incident not found')
      return demo.toIncident(entry, switches)
    },
    'events.list': (call) => eventRows(find(call), call),
    'events.summary'({ query }) {
      const accountId = query['accountId'] as number | undefined
      const rows = [...(incidents.counts.get(accountId ?? 0) ?? [])].toSorted(([a], [b]) => a - b)
      return rows.map(([appId, [informational, suspicious, malicious]]) => {
        const total = informational + suspicious + malicious
        return { appId, accountId: accountId ?? demo.providerId, informational, suspicious, malicious, total }
      })
    },
    'report.get': (call) =>
      new Reply(200, report(call, incidents), { 'content-type': 'text/csv; charset=utf-8' }),
  }
}

function verdictWord(row: Entry): string {
  return ['informational', 'suspicious', 'malicious'][demo.verdictOfSeverity(row.happening.severity)] ?? ''
}

/** `attributes.direction:out*` */
function matchesDetails(row: Entry, filter: string): boolean {
  const at = filter.indexOf(':')
  if (at < 0) throw new Refusal(400, 'bad_request', 'details must be path.to.attribute:value')
  let value: unknown = demo.toEvent(row, {})['details']
  for (const step of filter.slice(0, at).split('.'))
    value = (value as Record<string, unknown> | undefined)?.[step]
  const pattern = filter
    .slice(at + 1)
    .split('*')
    .map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'))
  return typeof value === 'string' && new RegExp(`^${pattern.join('.*')}$`, 'i').test(value)
}

function report({ query, switches }: Call, incidents: Incidents): string {
  const { fileType = 'csv', itemType = 'incidents', accountId, appId, dates } = query
  if (fileType !== 'csv') throw new Refusal(400, 'bad_request', 'fileType must be csv')
  if (itemType !== 'events' && itemType !== 'incidents')
    throw new Refusal(400, 'bad_request', 'itemType must be events or incidents')
  const { from, to } = rangeOf(dates) ?? { from: -Infinity, to: Infinity }
  const apps = itemType === 'events' && appId !== undefined ? [Number(appId)] : demo.apps.map((app) => app.id)
  const rows = apps
    .flatMap((app) => between(incidents.events(app).created, createdOf, from, to))
    .filter((row) => accountId === undefined || row.account === accountId)
    .map((row): Record<string, unknown> =>
      itemType === 'events' ? demo.toEvent(row, switches) : demo.toIncident(row, switches),
    )
  const columns =
    itemType === 'events'
      ? ['appId', 'deviceId', 'verdict', 'detectionDate', 'valueType', 'value']
      : ['id', 'title', 'status', 'createdAt', 'resolvedAt']
  return [
    columns.join(','),
    ...rows.map((row) => columns.map((column) => quoted(row[column])).join(',')),
  ].join('\r\n')
}

function quoted(value: unknown): string {
  const text = typeof value === 'string' || typeof value === 'number' ? String(value) : ''
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

interface Device {
  customer: WorldCustomer
  host: WorldHost
}

function deviceBehaviours(world: World, incidents: Incidents): Behaviours {
  const byName = (a: Device, b: Device): number =>
    a.host.name < b.host.name ? -1 : a.host.name > b.host.name ? 1 : 0
  const all = world.customers
    .flatMap((customer) => customer.hosts.map((host): Device => ({ customer, host })))
    .toSorted(byName)
  const ids = new Map(all.map((device) => [demo.agentIdOf(device.customer, device.host), device]))
  const rowOf = ({ customer, host }: Device, { now, switches }: Telling): Record<string, unknown> =>
    demo.toAgent(world, customer, host, now, switches)
  const steadyRow = listed(({ customer, host }: Device, { switches }) =>
    demo.steadyAgent(world, customer, host, switches),
  )
  /** Most agents call in every hour: only that is told anew. */
  const rowsOf = listedAs((device: Device, call) => {
    const { customer, host } = device
    const seen = demo.lastSeen(world, customer, host, call.now, call.switches)
    return `${steadyRow([device], call).textOf(device).slice(0, -1)},${JSON.stringify(seen).slice(1)}`
  }, demo.seenEveryMs)
  return {
    'agents.list'(call) {
      const sort = sortOf(call, ['hostname', 'accountId'])
      const rows = all.filter(agentFilter(world, call))
      if (sort?.field !== 'accountId') return rowsOf(ordered(rows, sort), call)
      const sign = sort.descending ? -1 : 1
      const sorted = rows.toSorted((a, b) => (a.customer.number - b.customer.number) * sign)
      return rowsOf(sorted, call)
    },
    'agents.get'(call) {
      const device = ids.get(call.params['id'] ?? '')
      if (device === undefined) throw new Refusal(404, 'not_found', 'Agent not found')
      return rowOf(device, call)
    },
    'defender.get'({ query }) {
      const account = query['accountId']
      const hosts =
        account === undefined ? all : all.filter(({ customer }) => demo.accountIdOf(customer) === account)
      const atRisk = new Map<string, number>()
      for (const { resolved, happening } of incidents.events(demo.appOf('Defender Manager').id).open) {
        const id = demo.agentIdOf(happening.customer, happening.host)
        if (resolved === null) atRisk.set(id, (atRisk.get(id) ?? 0) + 1)
      }
      return demo.toDefender(hosts, atRisk)
    },
  }
}

function agentFilter(world: World, { query }: Call): (device: Device) => boolean {
  const { accountId, id, hostname, ip, created, os, connectivity } = query as Record<
    string,
    string[] | undefined
  >
  const accounts = accountId === undefined ? undefined : new Set(accountId.map(Number))
  const range = rangeOf(created)
  const system = typeof os === 'string' ? [os] : undefined
  if ((hostname && isNothing(hostname)) || (system && isNothing(system))) return () => false
  const states = connectivity?.map((word) => word.toLowerCase())
  return ({ customer, host }) => {
    if (accounts?.has(demo.accountIdOf(customer)) === false) return false
    if (id?.includes(demo.agentIdOf(customer, host)) === false) return false
    if (hostname && !contains(host.name, hostname)) return false
    if (ip?.includes(host.ip) === false) return false
    if (system && !contains(`${host.os.platform} ${host.os.family} ${host.os.version}`, system)) return false
    if (states?.includes(demo.connectivityOf(customer, host)) === false) return false
    if (range === undefined) return true
    const at = demo.agentCreatedAt(world, customer, host)
    return at >= range.from && at <= range.to
  }
}

function settingBehaviours(world: World): Behaviours {
  const firewallRows = listed((customer: WorldCustomer, { switches }) =>
    demo.toFirewall(world, customer, switches),
  )
  const scoped = (account: unknown): WorldCustomer[] =>
    account === undefined
      ? world.customers
      : world.customers.filter((one) => demo.accountIdOf(one) === account)
  return {
    'apps.list'({ query, raw }) {
      const paging = ['page', 'pageSize', 'limit'].find((name) => raw.has(name))
      if (paging !== undefined)
        throw new Refusal(400, 'bad_request', `${paging} is not allowed: apps are not paged`)
      const status = textOf(query['status']) ?? 'active'
      const rows = demo.apps.filter((app) => app.status === status.toLowerCase())
      return rows.map(({ id, name, description }) => ({ id, name, description }))
    },
    'firewalls.list'(call) {
      const sort = sortOf(call, ['accountId'])
      const { accountId, deviceId, type } = call.query as Record<string, string[] | undefined>
      const accounts = accountId === undefined ? undefined : new Set(accountId.map(Number))
      const types = type?.map((word) => word.toLowerCase())
      const rows = world.customers.filter((customer) => {
        if (accounts?.has(demo.accountIdOf(customer)) === false) return false
        if (typeof deviceId === 'string' && deviceId !== demo.firewallIdOf(customer)) return false
        return types?.includes(demo.firewallTypeOf(customer)) !== false
      })
      return firewallRows(ordered(rows, sort), call)
    },
    'office.get': ({ query, switches }) => demo.toOffice(world, scoped(query['accountId']), switches),
    'suppression.list'(call) {
      const sort = sortOf(call, ['ruleId'])
      const { accountId, ruleId } = call.query
      const [status, ruleName] = [textOf(call.query['status']), textOf(call.query['ruleName'])]
      const rows = scoped(accountId).map((customer) => demo.toSuppressionRule(world, customer, call.switches))
      const fitting = rows.filter(
        (row) =>
          (status === undefined || row['status'] === status.toLowerCase()) &&
          (ruleId === undefined || row['ruleId'] === ruleId) &&
          (ruleName === undefined || contains(textOf(row['ruleName']) ?? '', [ruleName])),
      )
      return [...ordered(fitting, sort)]
    },
    'suppression.get'({ params, switches }) {
      const customer = world.customers.find((one) => 500 + one.number === Number(params['ruleId']))
      if (customer === undefined) throw new Refusal(404, 'not_found', 'Suppression rule not found')
      return demo.toSuppressionRule(world, customer, switches)
    },
  }
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}
