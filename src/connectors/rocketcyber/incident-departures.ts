import type { Batch, FeedReader, Known } from '../feed.ts'
import { isStale } from '../stale.ts'
import { sameMs } from '../../domain/finding.ts'
import { range, timeOf } from './fields.ts'
import { type Pass, batch, gapIn, hour } from './incident-cursor.ts'
import type { Query } from './incident-sweep.ts'
import { type Incident, listIncidents, toSeed } from './incidents.ts'

/**
 * What left the open set without a word: looked up by number, then by the moment of creation. What is not found stays
 * open and is reported until it turns up.
 */
export async function* departures(
  pass: Pass,
  held: readonly Known[],
  listed: ReadonlySet<string>,
): AsyncGenerator<Batch> {
  const { reader, cursor } = pass
  const gone = held.filter((one) => !listed.has(one.vendorId))
  cursor.astray = Object.fromEntries(
    gone.flatMap(({ vendorId }) => {
      const entry = cursor.astray[vendorId]
      return entry === undefined ? [] : [[vendorId, entry]]
    }),
  )
  const due = gone.filter((one) => (cursor.astray[one.vendorId]?.nextAt ?? 0) <= reader.now)
  for (let i = 0; i < due.length; i += 100) {
    const some = due.slice(i, i + 100)
    const found = await lookUp(reader, some)
    for (const { vendorId } of some) {
      cursor.astray[vendorId] = { nextAt: reader.now + hour, absent: !found.has(vendorId) }
    }
    const rows = some.flatMap((one) => {
      const hit = found.get(one.vendorId)
      return hit === undefined ||
        hit.body === one.body ||
        !isSameIncident(hit.row, one) ||
        isStale(hit.body, one.body, 'updatedAt', reader.now)
        ? []
        : [toSeed(hit.row, hit.body, one.customerId, reader.now)]
    })
    if (rows.length > 0) yield batch(pass, rows)
  }
  const absent = gone.map((one) => one.vendorId).filter((id) => cursor.astray[id]?.absent === true)
  if (absent.length > 0) {
    const reason = `${absent.length} kept open that the vendor no longer lists: ${absent.slice(0, 10).join(', ')}`
    pass.gaps.push(gapIn('departures', reason))
  }
}

type Hits = Map<string, { row: Incident; body: string }>

async function lookUp(reader: FeedReader, wanted: readonly Known[]): Promise<Hits> {
  const hits: Hits = new Map()
  const ids = new Set(wanted.map((one) => one.vendorId))
  const collect = async (query: Query): Promise<void> => {
    const page = await reader.client.call(listIncidents, { query })
    for (const [i, row] of page.rows.entries()) {
      // The filter has been seen to hand back a neighbour: only the exact number counts.
      if (ids.has(row.id)) hits.set(row.id, { row, body: page.rawOf(i) })
    }
  }
  await collect({ id: [...ids].map(Number) })
  for (const one of wanted.filter((other) => !hits.has(other.vendorId)).slice(0, 20)) {
    const at = createdAtOf(one)
    if (at === undefined) continue
    const scope = one.customerId === null ? {} : { accountId: [Number(one.customerId)] }
    await collect({ ...scope, createdAt: range(at - 1000, at + 1000), sort: 'createdAt:asc' })
  }
  return hits
}

function createdAtOf(held: Known): number | undefined {
  return timeOf(/"createdAt"\s*:\s*"([^"]+)"/.exec(held.body)?.[1])
}

/** Creation is the one thing about an incident that stays; where it is not told, the id must do. */
export function isSameIncident(row: Incident, held: Known): boolean {
  const [told, known] = [timeOf(row.createdAt), createdAtOf(held)]
  return told === undefined || known === undefined || Math.abs(told - known) <= sameMs
}
