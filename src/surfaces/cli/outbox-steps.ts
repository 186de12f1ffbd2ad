import type { Hub } from '../../pipeline/hub.ts'
import { advance } from '../../pipeline/line.ts'
import { deliver, hasOutbox } from '../../pipeline/outbox.ts'
import type { Live } from '../../pipeline/vendors.ts'
import type { Step } from './steps.ts'

const busy = 'another process is at it'

export function lineStep(hub: Hub, title: string): Step {
  return {
    title,
    async run() {
      const count = await advance(hub)
      return count === undefined ? busy : `${count} records went through`
    },
  }
}

/** Delivers what was decided, now: a hub that runs on the same database would look for it only once in a while. */
export function outboxSteps(hub: Hub): Step[] {
  return hub.live.filter(hasOutbox).map((live) => {
    const title = `${live.connection.id} outbox`
    return { title, run: () => deliverAll(hub, live) }
  })
}

async function deliverAll(hub: Hub, live: Live): Promise<string> {
  for (let count = 0; ;) {
    const worked = await deliver(hub, live)
    if (worked === undefined) return busy
    count += worked
    // On a board, tasks are decided once their project stands.
    const next = worked === 0 && live.connector.board !== undefined ? await advance(hub) : 0
    if (worked === 0 && !next) return `${count} changes delivered`
  }
}
