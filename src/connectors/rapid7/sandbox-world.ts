import { type Raised, referenceOf } from '../sandbox-vendor.ts'
import { type Happening, type World, type WorldCustomer, seenBy } from '../world.ts'
import { digest } from '../../domain/id.ts'
import type { Cast } from './sandbox-keys.ts'
import { slight, staff, toAlert, toInvestigation, toPerson } from './sandbox-make.ts'
import { type Alert, Organization } from './sandbox-organization.ts'
import { parentId } from './sandbox-parent.ts'
import { stockPlayground } from './sandbox-playground.ts'
import type { Investigation } from './sandbox-shelf.ts'

/** Every other customer has InsightIDR, and its sensors see four attacks in five there: what they tell of this one. */
export function insightOf(happening: Happening): Happening | undefined {
  const covered =
    hasInsight(happening.customer) && Number.parseInt(digest(happening.attack).slice(0, 8), 16) % 5 !== 0
  return covered ? seenBy(happening, 'siem') : undefined
}

function hasInsight(customer: WorldCustomer): boolean {
  return customer.number % 2 === 1
}

type Step = { at: number; happening: Happening; shows: boolean }

/** The world as Rapid7 would show it: one investigation an attack, one alert a happening. */
export class RapidWorld {
  readonly cast: Cast
  readonly byId: ReadonlyMap<string, Organization>
  readonly #steps: Step[]
  readonly #owners = new Map<WorldCustomer, Organization>()
  /** Attack → investigation. */
  readonly #cases = new Map<string, string>()
  readonly #alerts = new Map<number, string>()
  #done = 0
  #late: { step: Step; due: number }[] = []

  constructor(world: World) {
    const people = world.technicians.map((one) => toPerson(one, true))
    const parent = new Organization(world.msp, 'us', undefined, people, parentId)
    const managed = world.customers.filter(hasInsight).map((customer) => {
      const organization = new Organization(customer.name, 'us', customer, [...people, ...staff(customer)])
      this.#owners.set(customer, organization)
      return organization
    })
    const abroad = new Organization('Nordlicht Labor', 'eu', undefined, people)
    this.cast = { parent, managed, abroad }
    this.byId = new Map([parent, ...managed, abroad].map((one) => [one.id, one]))
    this.#steps = world.happenings
      .flatMap((one) => insightOf(one) ?? [])
      .flatMap(stepsOf)
      .toSorted((a, b) => a.at - b.at)
    for (const one of [parent, abroad]) stockPlayground(one, world)
  }

  /** With a lag, every third happening is indexed late: its rows appear behind newer ones, with their own times. */
  advance(now: number, lag = 0): void {
    for (
      let step = this.#steps[this.#done];
      step !== undefined && step.at <= now;
      step = this.#steps[++this.#done]
    ) {
      if (step.shows && lag > 0 && step.happening.number % 3 === 0)
        this.#late.push({ step, due: step.at + lag })
      else this.#take(step)
    }
    if (this.#late[0] === undefined || this.#late[0].due > now) return
    const due = this.#late.filter((one) => one.due <= now)
    this.#late = this.#late.filter((one) => one.due > now)
    for (const { step } of due) this.#takeLate(step, now)
  }

  #take(step: Step): void {
    const organization = this.#owners.get(step.happening.customer)
    if (organization === undefined) return
    if (step.shows) this.#show(organization, step)
    else this.#resolve(organization, step)
  }

  /** What was resolved meanwhile is shown resolved. */
  #takeLate(step: Step, now: number): void {
    const { happening } = step
    this.#take(step)
    if (happening.resolvedAt !== null && happening.resolvedAt <= now)
      this.#take({ at: happening.resolvedAt, happening, shows: false })
  }

  #show(organization: Organization, { happening, at }: Step): void {
    const alert = toAlert(organization, happening, at)
    this.#alerts.set(happening.number, alert.rrn)
    if (slight.has(happening.severity)) return organization.addAlert(alert)
    const found = organization.investigations.get(this.#cases.get(happening.attack) ?? '')
    if (found === undefined) return this.#open(organization, alert, at)
    organization.addAlert(alert)
    const linked = organization.link(alert, found, at)
    const reopened = { status: 'OPEN', disposition: 'UNDECIDED', accessed: at }
    if (linked.status === 'CLOSED') organization.investigations.replace(linked, reopened)
  }

  #open(organization: Organization, alert: Alert, at: number): void {
    const fresh = toInvestigation(organization, alert.happening, at)
    organization.addAlert({ ...alert, investigation: fresh.rrn })
    organization.investigations.add({ ...fresh, alerts: [alert.id], firstAlert: at, latestAlert: at })
    this.#cases.set(alert.happening.attack, fresh.rrn)
  }

  /** Rapid7's own analysts close what they have looked into: the alert, and the investigation with its last one. */
  #resolve(organization: Organization, { happening, at }: Step): void {
    const alert = organization.alert(this.#alerts.get(happening.number) ?? '')
    if (alert === undefined) return
    const benign = happening.falseAlarm ?? happening.number % 4 === 0
    const disposition = benign ? 'BENIGN' : 'MALICIOUS'
    organization.changeAlert(alert, { status: 'CLOSED', disposition }, at)
    const own = organization.investigations.get(alert.investigation ?? '')
    if (own === undefined || own.status === 'CLOSED') return
    const open = own.alerts.some((id) => organization.alert(id)?.status !== 'CLOSED')
    if (!open) organization.investigations.replace(own, { status: 'CLOSED', disposition, accessed: at })
  }

  /** Only what the findings feeds can see: without the SIEM interface its alerts show up under investigations alone. */
  raised(siemOffered: boolean): Raised[] {
    return this.cast.managed.flatMap((organization) => [
      ...organization.investigations.created.flatMap((row) => raisedInvestigation(organization, row)),
      ...organization.alerts.flatMap((alert) => raisedAlert(organization, alert, siemOffered)),
    ])
  }
}

function raisedInvestigation(organization: Organization, row: Investigation): Raised[] {
  const first = organization.alert(row.alerts[0] ?? '')
  if (first === undefined || organization.customer === undefined) return []
  const reference = referenceOf('rapid7', 'investigations', row.rrn)
  const { attack, story } = first.happening
  return [{ reference, customerName: organization.customer.name, attack, story, shownAt: row.created }]
}

function raisedAlert(organization: Organization, alert: Alert, siemOffered: boolean): Raised[] {
  const bySiem = alert.siem && siemOffered
  if (organization.customer === undefined || (!bySiem && alert.investigation === null)) return []
  const reference = bySiem
    ? referenceOf('rapid7', 'siem-alerts', alert.rrn)
    : referenceOf('rapid7', 'alerts', alert.id)
  return [
    {
      reference,
      customerName: organization.customer.name,
      attack: alert.happening.attack,
      story: alert.happening.story,
      shownAt: alert.created,
    },
  ]
}

function stepsOf(happening: Happening): Step[] {
  const { shownAt, resolvedAt } = happening
  const shown = { at: shownAt, happening, shows: true }
  return resolvedAt === null ? [shown] : [shown, { at: resolvedAt, happening, shows: false }]
}
