import { between } from '../domain/random.ts'
import type { FaultRule } from '../sandbox/faults.ts'
import type { Sandbox } from '../sandbox/sandbox.ts'
import type { Chaos, Struck } from './chaos.ts'
import type { Disk } from './disk.ts'

/** A spell of bad weather: what begins, and what ends it. */
interface Spell {
  kind: Chaos
  /** Minutes that it lasts, at least and at most. */
  minutes: readonly [number, number]
  begin(random: () => number): () => void
}

export interface Weather {
  sandbox: Sandbox
  vendors: readonly string[]
  disk: Disk
  sleep(ms: number): Promise<void>
  /** A generator for each kind. */
  drawn(who: string): () => number
  struck: Struck
}

/** Outages, storms of 429 and full disks come and go by themselves. Returns what ends all of it at once. */
export function letItRage(weather: Weather, chaos: ReadonlySet<Chaos>): () => void {
  const { sandbox, vendors, disk } = weather
  const ruled = (rule: FaultRule) => (random: () => number) => {
    const vendor = vendors[between(random, 0, vendors.length - 1)]
    const own: FaultRule = vendor === undefined ? rule : { ...rule, vendor }
    sandbox.faults.rules.unshift(own)
    return () => {
      const at = sandbox.faults.rules.indexOf(own)
      if (at >= 0) sandbox.faults.rules.splice(at, 1)
    }
  }
  const spells: Spell[] = [
    { kind: 'outage', minutes: [5, 45], begin: ruled({ kind: 'status', status: 503 }) },
    { kind: 'storm', minutes: [2, 15], begin: ruled({ kind: 'throttle' }) },
    {
      kind: 'disk-full',
      minutes: [1, 20],
      begin: () => {
        disk.full = true
        return () => void (disk.full = false)
      },
    },
  ]
  const ends = spells.filter(({ kind }) => chaos.has(kind)).map((spell) => comeAndGo(weather, spell))
  return () => {
    for (const end of ends) end()
  }
}

function comeAndGo({ sleep, drawn, struck }: Weather, { kind, minutes, begin }: Spell): () => void {
  const random = drawn(kind)
  let over = false
  let end = (): void => {}
  const run = async (): Promise<void> => {
    for (;;) {
      await sleep(between(random, 2, 16) * 3_600_000)
      if (over) return
      struck[kind]++
      end = begin(random)
      await sleep(between(random, ...minutes) * 60_000)
      end()
    }
  }
  void run()
  return () => {
    over = true
    end()
  }
}
