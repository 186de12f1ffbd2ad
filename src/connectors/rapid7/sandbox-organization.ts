import { Refusal } from '../../contract/refusal.ts'
import type { Happening, WorldCustomer } from '../world.ts'
import { plainRegion } from './regions.ts'
import { rrnOf, shortId, uuidOf } from './sandbox-ids.ts'
import { type Investigation, Shelf } from './sandbox-shelf.ts'

/** A row as the API shows it. Rows are never changed, only replaced. */
export type Row = Readonly<Record<string, unknown>>

export interface Alert {
  readonly rrn: string
  /** What the investigation's list calls it: a UUID where the alert is older than the SIEM interface. */
  readonly id: string
  /** The SIEM alerts interface has it. */
  readonly siem: boolean
  readonly happening: Happening
  readonly created: number
  readonly updated: number
  readonly version: number
  readonly status: string
  readonly priority: string
  readonly disposition: string
  readonly investigation: string | null
  readonly tags: readonly string[]
  readonly assignee: { id: string; email: string } | null
}

export interface Threat {
  readonly key: string
  readonly name: string
  readonly note: string
  readonly indicators: ReadonlySet<string>
}

export interface Person {
  id: string
  email: string
  first_name: string
  last_name: string
  status: string
  platform_admin: boolean
  federated: boolean
  last_login: string | null
  timezone: string
}

/** Everything that one organization holds. Nothing of it is visible from another. */
export class Organization {
  readonly id: string
  readonly name: string
  readonly region: string
  readonly customer: WorldCustomer | undefined
  readonly productToken: string
  readonly investigations = new Shelf()
  /** In order of creation. */
  readonly alerts: Alert[] = []
  readonly #alertAt = new Map<string, number>()
  readonly comments = new Map<string, Row>()
  readonly attachments = new Map<string, { row: Row; content: string; target: string | null }>()
  readonly threats = new Map<string, Threat>()
  readonly webhooks = new Map<string, Row>()
  readonly collectors: Row[] = []
  readonly actions = new Map<string, Row>()
  /** Labels, saved queries and their like: noun → id → row. */
  readonly nouns = new Map<string, Map<string, Row>>()
  readonly removedLogs = new Set<string>()
  readonly people: Person[]
  #count = 0

  constructor(
    name: string,
    region: string,
    customer: WorldCustomer | undefined,
    people: Person[],
    id?: string,
  ) {
    this.name = name
    this.region = region
    this.customer = customer
    this.people = people
    this.id = id ?? uuidOf('organization', name, region)
    this.productToken = shortId('product', this.id) + shortId('token', this.id).slice(0, 8)
  }

  /** A fresh id for something that a request makes. */
  next(what: string): string {
    return shortId(what, this.id, ++this.#count)
  }

  nextUuid(what: string): string {
    return uuidOf(what, this.id, ++this.#count)
  }

  rrn(service: string, type: string, id: string): string {
    return rrnOf(service, this, type, id)
  }

  addAlert(alert: Alert): void {
    this.#alertAt.set(alert.id, this.alerts.length).set(alert.rrn, this.alerts.length)
    this.alerts.push(alert)
  }

  alert(name: string): Alert | undefined {
    return this.alerts[this.#alertAt.get(name) ?? -1]
  }

  changeAlert(old: Alert, changes: Partial<Alert>, now: number): Alert {
    const alert = { ...old, updated: now, version: old.version + 1, ...changes }
    const at = this.#alertAt.get(old.rrn)
    if (at !== undefined) this.alerts[at] = alert
    return alert
  }

  /** Links it, and moves the investigation's alert times. */
  link(alert: Alert, investigation: Investigation, now: number): Investigation {
    this.changeAlert(alert, { investigation: investigation.rrn }, now)
    return this.#retime(investigation, [...investigation.alerts.filter((id) => id !== alert.id), alert.id])
  }

  unlink(alert: Alert, investigation: Investigation, now: number): Investigation {
    this.changeAlert(alert, { investigation: null }, now)
    const rest = investigation.alerts.filter((id) => id !== alert.id)
    return this.investigations.replace(this.#retime(investigation, rest), { accessed: now })
  }

  #retime(investigation: Investigation, alerts: readonly string[]): Investigation {
    const times = alerts.flatMap((id) => this.alert(id)?.created ?? [])
    const [firstAlert, latestAlert] =
      times.length === 0 ? [null, null] : [Math.min(...times), Math.max(...times)]
    return this.investigations.replace(investigation, { alerts, firstAlert, latestAlert })
  }

  table(noun: string): Map<string, Row> {
    const table = this.nouns.get(noun) ?? new Map<string, Row>()
    this.nouns.set(noun, table)
    return table
  }
}

export function notFound(what = 'entity'): Refusal {
  return new Refusal(404, 'not_found', `The requested ${what} was not found`)
}

/** us1 and us are one region in names. */
export function plainName(rrn: string): string {
  return rrn.replace(
    /^(rrn:(?!alerts:)[\w-]*:)(\w*)(?=:)/,
    (_, head: string, region: string) => head + plainRegion(region),
  )
}
