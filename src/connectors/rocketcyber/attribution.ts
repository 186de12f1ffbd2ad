import { ApiError } from '../../contract/api-error.ts'
import type { Client } from '../../contract/client.ts'
import type { Input } from '../../contract/operation.ts'
import { Walk } from '../../contract/walk.ts'
import { range, timeOf } from './fields.ts'
import { type Incident, listIncidents } from './incidents.ts'

/**
 * Whose an incident is, when its row does not say: ask for its window with half of the accounts, and again with half
 * of the half that has it. A customer is only named when the vendor has handed out the row for a set of accounts that
 * comes down to this one; nothing is concluded from absence alone.
 */
export async function attribute(
  client: Client,
  rows: readonly Incident[],
  accounts: readonly string[],
): Promise<Map<string, string>> {
  const owners = new Map<string, string>()
  for (const cluster of clustersOf(rows, accounts.length))
    await attributeCluster(client, cluster, accounts, owners)
  return owners
}

type Window = Input<typeof listIncidents>['query']

interface Cluster {
  window: Window
  ids: ReadonlySet<string>
}

/** Accounts in one request: their ids must fit an address line. */
const mostAccounts = 400
const nearMs = 10 * 60_000

/** Rows that were created about the same time share one search; creation is the one thing about a row that stays. */
function clustersOf(rows: readonly Incident[], accounts: number): Cluster[] {
  const dated: { id: string; at: number }[] = []
  const clusters: Cluster[] = []
  for (const row of rows) {
    const at = timeOf(row.createdAt)
    if (at === undefined) clusters.push({ window: { id: [Number(row.id)] }, ids: new Set([row.id]) })
    else dated.push({ id: row.id, at })
  }
  dated.sort((a, b) => a.at - b.at)
  const groups: (typeof dated)[] = []
  for (const row of dated) {
    const last = groups.at(-1)
    if (last !== undefined && row.at - (last.at(-1)?.at ?? 0) <= nearMs) last.push(row)
    else groups.push([row])
  }
  // Many scattered rows cost less together: then the whole tree of accounts is asked once.
  const together = groups.length * Math.log2(accounts + 1) > accounts ? [groups.flat()] : groups
  for (const group of together) {
    const [first, last] = [group[0], group.at(-1)]
    if (first === undefined || last === undefined) continue
    const window = { createdAt: range(first.at - 1000, last.at + 1000) }
    clusters.push({ window, ids: new Set(group.map((row) => row.id)) })
  }
  return clusters
}

async function attributeCluster(
  client: Client,
  { window, ids }: Cluster,
  accounts: readonly string[],
  owners: Map<string, string>,
): Promise<void> {
  /** `shown`: the vendor has handed out each of `wanted` for exactly these accounts. */
  async function search(
    among: readonly string[],
    wanted: ReadonlySet<string>,
    shown: boolean,
  ): Promise<void> {
    if (wanted.size === 0 || among.length === 0) return
    const [only] = among
    if (among.length === 1 && only !== undefined) {
      for (const id of shown ? wanted : await ask(among, wanted)) owners.set(id, only)
      return
    }
    const left = among.slice(0, Math.min(mostAccounts, among.length >> 1))
    const found = await ask(left, wanted)
    await search(left, found, true)
    // That a row was not found on the left does not show that it is on the right: a list can miss a row for a moment.
    const rest = new Set([...wanted].filter((id) => !found.has(id)))
    await search(among.slice(left.length), rest, false)
  }

  /** One account that is not there any more may spoil the question for all of them: then it is asked in halves. */
  async function ask(among: readonly string[], wanted: ReadonlySet<string>): Promise<Set<string>> {
    try {
      return await askAll(among, wanted)
    } catch (error) {
      if (!(error instanceof ApiError) || (error.status !== 404 && error.status !== 403)) throw error
      if (among.length === 1) return new Set()
      const half = among.length >> 1
      const left = await ask(among.slice(0, half), wanted)
      return left.union(await ask(among.slice(half), wanted))
    }
  }

  async function askAll(among: readonly string[], wanted: ReadonlySet<string>): Promise<Set<string>> {
    const scope = { ...window, accountId: among.map(Number), sort: 'createdAt:asc' }
    const walk = new Walk(client, listIncidents, { query: scope }, (row) => row.id, { priority: 'open' })
    const found = new Set<string>()
    for await (const page of walk.pages()) {
      for (const row of page.rows) if (wanted.has(row.id)) found.add(row.id)
      if (found.size === wanted.size) break
    }
    return found
  }

  await search(accounts, ids, false)
}
