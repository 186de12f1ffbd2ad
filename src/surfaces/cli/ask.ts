import type { Ask, FeedFact } from '../../api/ask.ts'
import type { Connector } from '../../connectors/connector.ts'
import { withData } from './data.ts'
import type { Program } from './program.ts'

export function feedsFrom(connectors: readonly Connector[]): (vendor: string) => readonly FeedFact[] {
  const feeds = new Map(connectors.map((connector) => [connector.contract.vendor, connector.feeds]))
  return (vendor) => feeds.get(vendor) ?? []
}

/** Asks our own API's handlers, without a server between. Only what needs the vendors' feeds loads the vendors. */
export async function withAsk<T>(
  program: Program,
  work: (ask: Ask) => Promise<T>,
  connectors: readonly Connector[] = [],
): Promise<T> {
  const now = program.outside.now()
  return withData(program, ({ store }) => work({ db: store.db, now, feedsOf: feedsFrom(connectors) }))
}

/** Everything up to `limit` rows, page by page. */
export async function readAll<Row>(
  limit: number,
  read: (query: {
    limit: number
    cursor?: string
  }) => Promise<{ data: Row[]; pagination: { next_cursor: string | null } }>,
): Promise<Row[]> {
  const rows: Row[] = []
  for (let cursor: string | null | undefined; cursor !== null && rows.length < limit;) {
    const page = await read({
      limit: Math.min(200, limit - rows.length),
      ...(cursor !== undefined && { cursor }),
    })
    rows.push(...page.data)
    cursor = page.pagination.next_cursor
  }
  return rows
}
