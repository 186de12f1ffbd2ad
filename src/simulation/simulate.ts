import type { Connector } from '../connectors/connector.ts'
import type { Fetch, Outside } from '../domain/outside.ts'
import { between } from '../domain/random.ts'
import type { Hub } from '../pipeline/hub.ts'
import { type Protections, allProtections } from '../pipeline/protections.ts'
import type { FaultRule } from '../sandbox/faults.ts'
import { type Habit, humane } from '../sandbox/habits.ts'
import { Sandbox } from '../sandbox/sandbox.ts'
import { makeWorld } from '../sandbox/world.ts'
import { memoryHandle } from '../store/sqlite-file.ts'
import type { Store } from '../store/store.ts'
import { countStrayTasks } from '../store/stray-tasks.ts'
import { totals } from '../store/ticket-changes.ts'
import { countStrays } from '../store/tickets.ts'
import { type Chaos, type Struck, chaosKinds, drawn, fateOf, rulesFor, setQuirks, skewOf } from './chaos.ts'
import { type Conversation, conversation } from './conversation.ts'
import { Disk } from './disk.ts'
import { type Machine, Process } from './process.ts'
import { type Score, score } from './score.ts'
import { VirtualClock } from './virtual-clock.ts'
import { letItRage } from './weather.ts'

export interface SimulationPlan {
  connectors: readonly Connector[]
  seed: number
  customers: number
  days: number
  faults: 'none' | 'all' | readonly Chaos[]
  attacksPerCustomerDay?: number
  /** Days that the world had been there before the hub came: its past is to be read too. */
  pastDays?: number
  /** Faults of single requests besides those of the kinds in `faults`, until the last attack. */
  rules?: readonly FaultRule[]
  /** Set at every vendor that has a switch of this name; quirks leave them alone. */
  switches?: Readonly<Record<string, string>>
  /** What technicians do in the ticketing vendors, where `people` is among the faults. */
  people?: readonly Habit[]
  /** How many awaits a process lives, at least and at most; without it most die after hours, some at once. */
  lifeAwaits?: [number, number]
  /** Real time, for wallMs only. */
  wallNow(): number
  onProgress?(simulatedDays: number): void
  log?: Hub['log']
  /** Protections taken away, to see what breaks. */
  protections?: Partial<Protections>
  /** Looks at what is left, when all is over. */
  inspect?(store: Store, sandbox: Sandbox): Promise<void>
  /** Sits between the hub and the network; the score's own tests plant faults here. */
  between?(fetch: Fetch): Fetch
}

export interface SimulationResult extends Score, Conversation {
  seed: number
  /** Writes whose outcome was unclear. */
  ambiguous: number
  settledByLookup: number
  /** Changes that nobody has sent, looked up or refused by the end, when all has come to rest. */
  unsettled: number
  /** Second tickets and tasks that were found and folded. */
  strays: number
  requests: number
  simulatedDays: number
  /** Processes of the hub, one after the other, and sometimes two at once. */
  lives: number
  /** How often each fault struck. */
  struck: Struck
  wallMs: number
}

const day = 86_400_000
const minute = 60_000
const start2026 = Date.UTC(2026, 0, 5)
/** After the last attack all faults end; then everything must come to rest within this time. */
const quietMs = 8 * 3_600_000
/** In the last part of it nobody works at the desk any more: what they did has yet to be read. */
const restMs = 3_600_000

/** Hub and sandbox in one process on a virtual clock. The same plan gives the same result, except for wallMs. */
export async function simulate(plan: SimulationPlan): Promise<SimulationResult> {
  const wallStart = plan.wallNow()
  const { seed, connectors } = plan
  const clock = new VirtualClock(start2026)
  const chaos = chaosOf(plan)
  const struck = Object.fromEntries(chaosKinds.map((kind) => [kind, 0])) as Struck // every kind has its entry
  const sandbox = sandboxFor(plan, chaos, clock)
  const disk = new Disk()
  sandbox.faults.rules.push(...rulesFor(chaos), ...(plan.rules ?? []))
  if (chaos.has('quirks')) struck.quirks = setQuirks(sandbox, connectors, drawn(seed, 'quirks'))
  sandbox.setSwitches(plan.switches ?? {})
  const vendors = connectors.map(({ contract }) => contract.vendor)
  const weather = {
    sandbox,
    vendors,
    disk,
    sleep: clock.sleep,
    drawn: (who: string) => drawn(seed, who),
    struck,
  }
  const calm = letItRage(weather, chaos)
  const network = withLatency(sandbox, clock, drawn(seed, 'network'))
  const machine: Machine = {
    connectors,
    sandbox,
    database: disk.handle(memoryHandle()),
    world: {
      now: clock.now,
      sleep: clock.sleep,
      random: drawn(seed, 'hub'),
      fetch: plan.between?.(network) ?? network,
    },
    protections: { ...allProtections, ...plan.protections },
    log: plan.log ?? (() => {}),
    since: start2026,
    lives: new Map(),
  }
  const end = start2026 + plan.days * day
  let lives = await hostileTimes({ plan, machine, clock, chaos, struck, end })
  calm()
  sandbox.faults.rules.length = 0
  const last = await Process.start(machine, `hub-${++lives}`, { awaits: Infinity, ending: 'death' })
  await runUntil(plan, clock, end + quietMs - restMs, () => last.gone)
  sandbox.closeDesks()
  await runUntil(plan, clock, end + quietMs, () => last.gone)
  await stopped(last.stop(), clock)
  const { ambiguous, settledByLookup, byState } = await totals(last.store.db)
  const strays = (await countStrays(last.store.db)) + (await countStrayTasks(last.store.db))
  await plan.inspect?.(last.store, sandbox)
  const truth = sandbox.truth()
  return {
    seed,
    ...score(truth),
    ...(await conversation(last.store, truth.filed)),
    ambiguous,
    settledByLookup,
    unsettled: byState.pending + byState.sending + byState.ambiguous,
    strays,
    requests: Object.values(sandbox.requests).reduce((sum, count) => sum + count, 0),
    simulatedDays: (clock.now() - start2026) / day,
    lives,
    struck: { ...struck, ...sandbox.faults.struck, 'disk-full': disk.refused, people: truth.deeds.length },
    wallMs: Math.round(plan.wallNow() - wallStart),
  }
}

function chaosOf({ faults }: SimulationPlan): ReadonlySet<Chaos> {
  return new Set(faults === 'all' ? chaosKinds : faults === 'none' ? [] : faults)
}

function sandboxFor(plan: SimulationPlan, chaos: ReadonlySet<Chaos>, clock: VirtualClock): Sandbox {
  const { attacksPerCustomerDay, pastDays = 0 } = plan
  const world = makeWorld({
    ...plan,
    start: start2026 - pastDays * day,
    days: pastDays + plan.days,
    ...(attacksPerCustomerDay && { attacksPerCustomerDay }),
  })
  const outside = { now: clock.now, sleep: clock.sleep, random: drawn(plan.seed, 'sandbox') }
  return new Sandbox(plan.connectors, world, outside, chaos.has('people') ? (plan.people ?? humane) : [])
}

interface Times {
  plan: SimulationPlan
  machine: Machine
  clock: VirtualClock
  chaos: ReadonlySet<Chaos>
  struck: Struck
  end: number
}

/** One process after the other until the faults end; one that only stood still goes on beside its successor. */
async function hostileTimes({ plan, machine, clock, chaos, struck, end }: Times): Promise<number> {
  const random = drawn(plan.seed, 'processes')
  const woken: Process[] = []
  let lives = 0
  while (clock.now() < end) {
    const fate = fateOf(chaos, random, plan.lifeAwaits)
    const process = await Process.start(machine, `hub-${++lives}`, fate, skewOf(chaos, random))
    if (chaos.has('skew')) struck.skew++
    await runUntil(plan, clock, end, () => process.gone)
    if (process.life.dead) struck.death++
    if (process.life.suspended) {
      struck.suspension++
      woken.push(process)
      const [sleeps, awaits] = [between(random, 1, 20) * minute, between(random, 20, 600)]
      void clock.sleep(sleeps).then(() => process.life.resume(awaits))
    } else if (!process.life.dead) {
      await stopped(process.stop(), clock, () => process.gone)
      process.life.dead = true
    }
    // A supervisor takes a moment to start it again.
    if (clock.now() < end) await clock.run(Math.min(end, clock.now() + between(random, 1, 90) * 1000))
  }
  for (const { life } of woken) life.dead = true
  return lives
}

async function runUntil(
  plan: SimulationPlan,
  clock: VirtualClock,
  until: number,
  gone: () => boolean,
): Promise<void> {
  for (let next = clock.now(); next < until && !gone();) {
    next = Math.min(until, next + day / 4)
    await clock.run(next, gone)
    plan.onProgress?.((clock.now() - start2026) / day)
  }
}

/** A graceful stop still waits for requests on their way: the clock must go on meanwhile. */
async function stopped(
  stopping: Promise<void>,
  clock: VirtualClock,
  gone: () => boolean = () => false,
): Promise<void> {
  let done = false
  void stopping.then(() => (done = true))
  // It may die while it stops: then nothing would ever end it.
  await clock.run(Infinity, () => done || gone())
}

function withLatency(sandbox: Sandbox, clock: VirtualClock, random: () => number): Outside['fetch'] {
  const direct = sandbox.fetch()
  return async (url, init) => {
    const answer = await direct(url, init)
    await clock.sleep(between(random, 10, 160))
    return answer
  }
}
