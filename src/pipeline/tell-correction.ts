import { referenceOf } from '../connectors/sandbox-vendor.ts'
import type { Case } from '../domain/case.ts'
import type { StoredFinding } from '../store/findings.ts'
import type { Db } from '../store/store.ts'
import { ticketsOf } from '../store/tickets.ts'
import type { CaseNews } from './correlate.ts'
import { type By, type Corrected, nameOf } from './corrections.ts'
import type { Hub } from './hub.ts'
import { decideTasks } from './tasks.ts'
import { decideChanges } from './tickets.ts'

/**
 * Says a correction to the tickets, in its transaction. A case that has a ticket keeps it, whatever comes to it; one that
 * never had any gets its one; one that is left empty is resolved with a note that names where its alerts are now.
 */
export async function tellCorrection(tx: Db, hub: Hub, done: Corrected, by: By): Promise<void> {
  const { into, from, moved, was } = done
  const names = await namesOf(tx, [into, from])
  const [founder, ...others] = was.into === undefined ? moved : []
  const why = `${by.who}${by.why === '' ? '' : `: ${by.why}`}`
  const list = moved.map((one) => namedAlert(hub, one)).join('\n\n')
  const came = `${moved.length === 1 ? 'An alert' : `${moved.length} alerts`} of ${names.get(from.id)} belong to this case now (${why}).`
  const gone =
    from.findingCount === 0
      ? `This case is one with ${names.get(into.id)} now, where work goes on (${why}).`
      : `${moved.length === 1 ? 'An alert' : `${moved.length} alerts`} of this case belong to ${names.get(into.id)} now (${why}).`
  const gained: CaseNews = {
    case: into,
    was: was.into,
    founder,
    joined: others.map((finding) => ({ finding, reason: `with the first, ${why}` })),
    turned: [],
    ...(was.into && { said: [{ title: 'alerts added', body: `${came}\n\n${list}` }] }),
  }
  const lost: CaseNews = {
    case: from,
    was: was.from,
    founder: undefined,
    joined: [],
    turned: [],
    said: [{ title: from.findingCount === 0 ? 'merged' : 'alerts taken out', body: `${gone}\n\n${list}` }],
  }
  await decideChanges(tx, hub, [gained, lost], by.now)
  // Tasks follow the findings: those of a case that is left empty are done with, and their actions are its heir's.
  const joined = moved.map((finding) => ({ finding, reason: why }))
  await decideTasks(tx, hub, [{ ...gained, founder: undefined, joined }, lost], by.now)
}

/** `WF-7K2M9QX4TB, ticket #1042` */
async function namesOf(tx: Db, cases: readonly Case[]): Promise<Map<string, string>> {
  const tickets = await ticketsOf(
    tx,
    cases.map((one) => one.id),
  )
  return new Map(
    cases.map(({ id }) => {
      const ticket = tickets.find((one) => one.caseId === id && one.foldedInto === null)
      return [id, `${nameOf(id)}${ticket === undefined ? '' : `, ticket #${ticket.number}`}`]
    }),
  )
}

/** An alert by its title and source. */
export function namedAlert(hub: Hub, { connectionId, feed, vendorId, title }: StoredFinding): string {
  const live = hub.live.find((one) => one.connection.id === connectionId)
  return `${title}\n${referenceOf(live?.connection.vendor ?? 'unknown', feed, vendorId)}`
}
