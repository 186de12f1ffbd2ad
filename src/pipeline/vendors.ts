import type { Connector, Feed } from '../connectors/connector.ts'
import { Budget } from '../contract/budget.ts'
import { Client } from '../contract/client.ts'
import { paceOf, secretsOf } from '../contract/contract.ts'
import type { Connection } from '../domain/connection.ts'
import { digest } from '../domain/id.ts'
import type { Outside } from '../domain/outside.ts'

/** A connection, ready to be used. */
export interface Live {
  connection: Connection
  connector: Connector
  client: Client
}

/** Opens connections. Those that share a credential, or an address where the vendor counts by address, share a budget. */
export class Vendors {
  readonly #connectors: Map<string, Connector>
  readonly #outside: Outside
  readonly #budgets = new Map<string, Budget>()

  constructor(connectors: readonly Connector[], outside: Outside) {
    this.#connectors = new Map(connectors.map((connector) => [connector.contract.vendor, connector]))
    this.#outside = outside
  }

  names(): string[] {
    return [...this.#connectors.keys()]
  }

  connector(vendor: string): Connector | undefined {
    return this.#connectors.get(vendor)
  }

  /** `secrets` are the secret fields of the connection's settings, unsealed. */
  open(connection: Connection, secrets: Record<string, string>): Live | undefined {
    const connector = this.#connectors.get(connection.vendor)
    if (connector === undefined) return undefined
    const settings = { ...connection.settings, ...secrets }
    const client = new Client(connector.contract, settings, this.#budget(connector, settings), this.#outside)
    return { connection, connector, client }
  }

  #budget({ contract }: Connector, settings: Record<string, string>): Budget {
    const pace = paceOf(contract, settings)
    const whose = pace.scope === 'address' ? 'address' : digest(secretsOf(contract, settings).join('\n'))
    const name = `${contract.vendor}:${whose}`
    let budget = this.#budgets.get(name)
    if (budget === undefined) this.#budgets.set(name, (budget = new Budget(pace, this.#outside)))
    return budget
  }
}

export function feedOf(live: readonly Live[], connectionId: string, name: string): Feed | undefined {
  const one = live.find((candidate) => candidate.connection.id === connectionId)
  return one?.connector.feeds.find((feed) => feed.name === name)
}
