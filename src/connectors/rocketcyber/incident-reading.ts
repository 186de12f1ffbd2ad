import { readJson } from '../../contract/body.ts'
import { toDetectionFinding, unmappedOf } from '../../domain/detection.ts'
import { type Entity, type EntityKind, saysNothing } from '../../domain/entity.ts'
import { type DetectionFinding, findingStatus } from '../../domain/event.ts'
import type { Reading } from '../../domain/finding.ts'
import type { VendorRecord } from '../../domain/record.ts'
import { type Severity, severityOfText, toSeverity } from '../../domain/severity.ts'
import { timeOf } from './fields.ts'
import { type Incident, incident } from './incidents.ts'

/** An incident in OCSF. The rows say little by fields: hosts, addresses, hashes and users stand in labelled lines. */
export function toReading(record: VendorRecord): Reading {
  const body = readJson(record.body)
  const row = incident.parse(body.ok ? body.value : undefined)
  const labels = readLabels(row.description ?? '')
  const hosts = hostsOf(row, labels)
  return { event: toEvent(record, row, labels, hosts), entities: entitiesOf(hosts, labels) }
}

function toEvent(record: VendorRecord, row: Incident, labels: Labels, hosts: string[]): DetectionFinding {
  return toDetectionFinding(record, {
    product: { name: 'RocketCyber', vendor_name: 'Kaseya' },
    uid: row.id,
    title: row.title ?? `Incident ${row.id}`,
    severity: severityOf(row, labels),
    status: row.status,
    statusIds,
    originalTime: row.createdAt,
    modifiedTime: timeOf(row.updatedAt),
    desc: row.description,
    remediation: row.remediation,
    host: hosts[0],
    addresses: labels.address,
    unmapped: unmappedOf(row, mapped),
  })
}

const statusIds = {
  open: findingStatus.new,
  resolved: findingStatus.resolved,
  closed: findingStatus.resolved,
}

/** The API has no severity: the row's own when there is one, else a labelled line, else what the text speaks of. */
function severityOf(row: Incident, labels: Labels): Severity {
  const given = [toSeverity(row.severity), toSeverity(labels.severity[0])].find((word) => word !== 'unknown')
  return given ?? severityOfText(`${row.title ?? ''} ${row.description ?? ''}`)
}

const mapped = new Set([
  'id',
  'title',
  'description',
  'remediation',
  'status',
  'createdAt',
  'updatedAt',
  'severity',
])

/** What the labels of a description's lines stand for. */
const labelled = {
  host: /^(?:host ?name|host|device(?: name)?|computer(?: name)?|endpoint|machine(?: name)?)$/,
  address:
    /^(?:(?:source |src |remote |destination |dest |local |external |internal )?ip(?:v?[46])?(?: address)?)$/,
  hash: /^(?:(?:file )?(?:sha-?256|sha-?1|md5|hash))$/,
  user: /^(?:user ?name|user|account(?: name)?|logged[- ]in user)$/,
  domain: /^(?:domain|url)$/,
  severity: /^(?:severity|priority)$/,
}

type Labels = Record<keyof typeof labelled, string[]>

/** `Label: value` lines, one value or several with commas. */
function readLabels(description: string): Labels {
  const out: Labels = { host: [], address: [], hash: [], user: [], domain: [], severity: [] }
  for (const line of labelledLines(description)) {
    const [, label, value] = /^[\s*•-]*([A-Za-z][\w -]{0,30}?)\s*[:=]\s+(\S.*)$/.exec(line) ?? []
    if (label === undefined || value === undefined) continue
    const kind = kindOf(label.toLowerCase())
    if (kind === undefined) continue
    out[kind].push(
      ...value
        .split(',')
        .map((part) => part.trim())
        .filter((part) => !saysNothing(part)),
    )
  }
  return out
}

/** Most lines are prose or have labels that are none of ours, and their first word says so. */
const firstWords =
  /[\s*•-]*(?:host|device|computer|endpoint|machine|source|src|remote|dest|local|external|internal|ip|file|sha|md5|hash|user|account|logged|domain|url|severity|priority)/iy

function* labelledLines(text: string): Generator<string> {
  for (let from = 0, end = 0; end >= 0; from = end + 1) {
    end = text.indexOf('\n', from)
    firstWords.lastIndex = from
    if (!firstWords.test(text)) continue
    if (end < 0) yield text.slice(from)
    else yield text.slice(from, text[end - 1] === '\r' ? end - 1 : end)
  }
}

function kindOf(label: string): keyof Labels | undefined {
  return (Object.keys(labelled) as (keyof Labels)[]).find((name) => labelled[name].test(label))
}

/** The devices that the row lists and those of the description; else what stands behind the title's last dash. */
function hostsOf(row: Incident, labels: Labels): string[] {
  const named = [...(row.affectedDevices ?? []).filter((name) => !saysNothing(name)), ...labels.host]
  if (named.length > 0) return named
  // A mailbox may stand there too.
  const host = /\s-\s([^\s@]+)\s*$/.exec(row.title ?? '')?.[1]
  return host === undefined || saysNothing(host) ? [] : [host]
}

function entitiesOf(hosts: readonly string[], { address, hash, user, domain }: Labels): Entity[] {
  const all: [EntityKind, readonly string[]][] = [
    ['host', hosts],
    ['address', address],
    ['hash', hash],
    ['user', user],
    ['domain', domain],
  ]
  return all.flatMap(([kind, values]) => values.map((value) => ({ kind, value })))
}
