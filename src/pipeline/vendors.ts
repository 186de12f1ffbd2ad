import type { Connector } from '../connectors/connector.ts'
import type { Feed } from '../connectors/feed.ts'
import { Budget } from '../contract/budget.ts'
import { Client } from '../contract/client.ts'
import { paceOf, secretsOf } from '../contract/contract.ts'
import type { Connection } from '../domain/connection.ts'
import { digest } from '../domain/id.ts'
import type { Outside } from '../domain/outside.ts'
import type { Governor } from './governor.ts'

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
  readonly #budgets = new Map<string, { budget: Budget; connections: Set<string> }>()
  #governor: Governor | undefined

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
    const budget = this.#budget(connector, settings, connection.id)
    const client = new Client(connector.contract, settings, budget, this.#outside)
    return { connection, connector, client }
  }

  /** From now on nothing is sent but what the governor grants. Without one, budgets hold within this process alone. */
  governBy(governor: Governor): void {
    this.#governor = governor
    for (const name of this.#budgets.keys()) this.#govern(name)
  }

  /** Nothing is sent any more before there is another governor; what was not used is free for others. Never rejects. */
  async giveBack(): Promise<void> {
    await Promise.allSettled([...this.#budgets.values()].map(({ budget }) => budget.giveBack()))
  }

  #budget({ contract }: Connector, settings: Record<string, string>, connectionId: string): Budget {
    const pace = paceOf(contract, settings)
    const whose =
      pace.scope === 'address' ? 'address' : digest(secretsOf(contract, settings).join('\n')).slice(0, 12)
    const name = `${contract.vendor}:${whose}`
    const known = this.#budgets.get(name)
    known?.connections.add(connectionId)
    if (known !== undefined) return known.budget
    const budget = new Budget(pace, this.#outside)
    this.#budgets.set(name, { budget, connections: new Set([connectionId]) })
    this.#govern(name)
    return budget
  }

  #govern(name: string): void {
    const governor = this.#governor
    const kept = this.#budgets.get(name)
    if (governor === undefined || kept === undefined) return
    kept.budget.keepIn((lane, rule) =>
      governor.ledger({ name: lane === '' ? name : `${name}:${lane}`, connections: kept.connections, rule }),
    )
  }
}

export function feedOf(live: readonly Live[], connectionId: string, name: string): Feed | undefined {
  const one = live.find((candidate) => candidate.connection.id === connectionId)
  return one?.connector.feeds.find((feed) => feed.name === name)
}
