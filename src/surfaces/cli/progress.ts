import type { Ticket } from '../../domain/ticket.ts'
import { casesByIds, countCases } from '../../store/cases.ts'
import type { Db } from '../../store/store.ts'
import { tenants } from '../../store/tenants.ts'
import { listTickets } from '../../store/tickets.ts'
import type { Program } from './program.ts'
import type { Desk } from './serve-hub.ts'
import { oneLine } from './table.ts'

const quickMs = 50
const calmMs = 2000
/** Told one by one when they come singly, as a sum when they come in a crowd. */
const few = 3
const reach = 200

/** Tells of tickets as they are raised, until it is stopped; the first one with the time that it took. */
export async function follow(program: Program, desk: Desk, since: number, stop: AbortSignal): Promise<void> {
  const { outside, terminal } = program
  let db: Db | undefined
  let last: Ticket | undefined
  let first = true
  while (!stop.aborted) {
    const session = desk.session
    if (session !== undefined && session.store.db !== db) {
      db = session.store.db
      // What was there before is no news; the demo begins with nothing.
      last = session.demo ? undefined : (await newest(db, 1))[0]
      first = session.demo
    }
    const fresh = db === undefined ? [] : await freshTickets(db, last)
    last = fresh[0] ?? last
    if (db !== undefined && fresh.length > 0) {
      const time = first ? `First ticket after ${((outside.now() - since) / 1000).toFixed(1)} s.\n` : ''
      terminal.out(time + (await tell(db, fresh)))
      first = false
      desk.log('info', 'tickets raised', { count: fresh.length })
    }
    await outside.sleep(first ? quickMs : calmMs, stop)
  }
}

async function freshTickets(db: Db, last: Ticket | undefined): Promise<Ticket[]> {
  const rows = await newest(db, reach)
  const known = rows.findIndex((ticket) => ticket.id === last?.id)
  return known < 0 ? rows : rows.slice(0, known)
}

/** Trouble with the database is told by the hub itself. */
async function newest(db: Db, limit: number): Promise<Ticket[]> {
  return listTickets(db, { limit }).catch(() => [])
}

async function tell(db: Db, fresh: readonly Ticket[]): Promise<string> {
  if (fresh.length > few) return `${fresh.length} tickets raised; ${(await countCases(db)).open} open cases\n`
  const cases = new Map(
    (
      await casesByIds(
        db,
        fresh.map((one) => one.caseId),
      )
    ).map((own) => [own.id, own]),
  )
  const names = new Map((await tenants(db)).map((tenant) => [tenant.id, tenant.name]))
  return fresh
    .toReversed()
    .map(({ number, marker, caseId }) => {
      const own = cases.get(caseId)
      const tenant = names.get(own?.tenantId ?? '') ?? ''
      return `${oneLine(`ticket ${number}  ${marker}  ${own?.severity ?? ''}  ${own?.title ?? ''}  (${tenant})`)}\n`
    })
    .join('')
}
