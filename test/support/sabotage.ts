import type { Connector } from '../../src/connectors/connector.ts'
import type { Desk } from '../../src/connectors/desk.ts'
import type { Feed } from '../../src/connectors/feed.ts'
import type { Fetch } from '../../src/domain/outside.ts'

/** Bugs that other products have, planted on purpose: the score must catch each of them. */

/** The cursor is committed by itself, before the rows that it stands for. */
export function cursorBeforeRows(connector: Connector): Connector {
  return withFeeds(connector, (feed) => ({
    ...feed,
    async *read(reader) {
      for await (const batch of feed.read(reader)) {
        yield { rows: [], cursor: batch.cursor }
        yield batch
      }
    },
  }))
}

/** After an unclear answer nobody looks whether the ticket is there; nor does a sweep mend it later. */
export function lookupSkipped(connector: Connector): Connector {
  return withDesk(connector, (desk) => ({
    ...desk,
    findTickets: () => Promise.resolve([]),
    findNote: () => Promise.resolve(undefined),
    ticketsSince: () => Promise.resolve([]),
  }))
}

/** No sweep: strays stay. Used with the next one, because the sweep would fold what it makes. */
export function sweepSkipped(connector: Connector): Connector {
  return withDesk(connector, (desk) => ({ ...desk, ticketsSince: () => Promise.resolve([]) }))
}

/** An HTTP library that sends everything again on a 5xx or a broken connection. */
export function resendOn5xx(fetch: Fetch): Fetch {
  return async (url, init) => {
    for (let attempt = 1; ; attempt++) {
      try {
        const answer = await fetch(url, init)
        if (answer.status < 500 || attempt === 3) return answer
      } catch (error) {
        if (attempt === 3) throw error
      }
    }
  }
}

/** Not a bug but life: the newest client is protected before anybody has entered it where tickets are written. */
export function customerEnteredLate(connector: Connector): Connector {
  if (connector.desk === undefined) return connector
  const { sandbox } = connector
  const open: typeof sandbox.open = (world, options) =>
    sandbox.open(world, { ...options, switches: withLate(options.switches) })
  return { ...connector, sandbox: { ...sandbox, open } }
}

function withLate(switches: Record<string, string>): Record<string, string> {
  return new Proxy(switches, {
    get: (own, name) => (name === 'lastCustomer' ? '12' : own[String(name)]),
  })
}

function withFeeds(connector: Connector, change: (feed: Feed) => Feed): Connector {
  return { ...connector, feeds: connector.feeds.map(change) }
}

function withDesk(connector: Connector, change: (desk: Desk) => Desk): Connector {
  return connector.desk === undefined ? connector : { ...connector, desk: change(connector.desk) }
}
