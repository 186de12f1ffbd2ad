import type { Desk } from '../../connectors/connector.ts'
import type { Hub } from '../../pipeline/hub.ts'
import { advance } from '../../pipeline/line.ts'
import { deliver } from '../../pipeline/outbox.ts'
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
  return hub.live.flatMap((live) => {
    const { desk } = live.connector
    const title = `${live.connection.id} outbox`
    return desk === undefined ? [] : [{ title, run: () => deliverAll(hub, live, desk) }]
  })
}

async function deliverAll(hub: Hub, live: Live, desk: Desk): Promise<string> {
  for (let count = 0; ;) {
    const worked = await deliver(hub, live, desk)
    if (worked === undefined) return busy
    if (worked === 0) return `${count} changes delivered`
    count += worked
  }
}
