import {
  type SandboxState,
  type SandboxVendor,
  referenceOf,
} from '../../../../src/connectors/sandbox-vendor.ts'
import type { World } from '../../../../src/connectors/world.ts'
import { Reply } from '../../../../src/contract/server.ts'

/** Alerts in the order in which they are shown; nothing ever changes. */
export const sandbox: SandboxVendor = { mounts: ['/plain'], hosts: ['plain.test'], settings: {}, open }

function open(world: World, options: { now(): number }): SandboxState {
  const order = world.happenings.toSorted((a, b) => a.shownAt - b.shownAt || a.number - b.number)
  let shown = 0
  const advance = (): void => {
    while ((order[shown]?.shownAt ?? Infinity) <= options.now()) shown++
  }
  const toRow = (i: number) => {
    const { customer, host, title, at } = order[i]!
    return { id: i + 1, account: customer.number, host: host.name, title, at }
  }
  return {
    keys: [{ name: 'key', value: 'plain-key', note: 'the only one' }],
    identify: (key) => (key === 'plain-key' ? { name: 'plain', permissions: 'all' } : undefined),
    advance,
    behaviours: {
      'accounts.list': () => world.customers.map(({ number, name }) => ({ id: number, name })),
      'alerts.list': ({ query }) => {
        const after = Number(query['after'] ?? 0)
        const length = Math.max(0, Math.min(50, shown - after))
        // A whole answer, not a list: what stands after a place does not drift away from under it.
        return new Reply(200, { rows: Array.from({ length }, (_, i) => toRow(after + i)) })
      },
    },
    raised: () =>
      order.slice(0, shown).map(({ customer, attack, story, shownAt }, i) => ({
        reference: referenceOf('plain', 'alerts', String(i + 1)),
        customerName: customer.name,
        attack,
        story,
        shownAt,
      })),
  }
}
