import type { Connector } from '../connectors/connector.ts'
import type { Fetch, Outside } from '../domain/outside.ts'
import { between, randomFrom } from '../domain/random.ts'
import { Governor } from '../pipeline/governor.ts'
import type { Hub } from '../pipeline/hub.ts'
import { type Protections, allProtections } from '../pipeline/protections.ts'
import { start } from '../pipeline/schedule.ts'
import { Vendors } from '../pipeline/vendors.ts'
import type { Habit } from '../sandbox/habits.ts'
import { Sandbox } from '../sandbox/sandbox.ts'
import { makeWorld } from '../sandbox/world.ts'
import type { SqliteHandle } from '../store/sqlite.ts'
import { memoryHandle } from '../store/sqlite-file.ts'
import { type Store, openStore } from '../store/store.ts'
import { totals } from '../store/ticket-changes.ts'
import { countStrays } from '../store/tickets.ts'
import { allFaults, outages, setQuirks } from './chaos.ts'
import { connectAll } from './connect.ts'
import { Life } from './life.ts'
import { type Score, score } from './score.ts'
import { VirtualClock } from './virtual-clock.ts'

export interface SimulationPlan {
  connectors: readonly Connector[]
  seed: number
  customers: number
  days: number
  faults: 'none' | 'all'
  attacksPerCustomerDay?: number
  /** What technicians do in the ticketing vendors; by default nobody works there. */
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

export interface SimulationResult extends Score {
  seed: number
  /** Writes whose outcome was unclear. */
  ambiguous: number
  settledByLookup: number
  /** Second tickets that were found and folded. */
  strays: number
  requests: number
  simulatedDays: number
  /** Lives of the hub; every one but the last ended at a random await. */
  lives: number
  /** How often each fault struck. */
  struck: Record<string, number>
  wallMs: number
}

const day = 86_400_000
const start2026 = Date.UTC(2026, 0, 5)
/** After the last attack all faults end; then everything must come to rest within this time. */
const quietMs = 8 * 3_600_000

/** Hub and sandbox in one process on a virtual clock. The same plan gives the same result, except for wallMs. */
export async function simulate(plan: SimulationPlan): Promise<SimulationResult> {
  const wallStart = plan.wallNow()
  const clock = new VirtualClock(start2026)
  const random = randomFrom(plan.seed ^ 0x5eed)
  const { attacksPerCustomerDay } = plan
  const world = makeWorld({
    ...plan,
    start: start2026,
    ...(attacksPerCustomerDay && { attacksPerCustomerDay }),
  })
  const sandbox = new Sandbox(
    plan.connectors,
    world,
    { now: clock.now, sleep: clock.sleep, random },
    plan.people,
  )
  const hostile = plan.faults === 'all'
  let over = false
  if (hostile) {
    sandbox.faults.rules.push(...allFaults)
    setQuirks(sandbox, plan.connectors, random)
    const vendors = plan.connectors.map((connector) => connector.contract.vendor)
    void outages(sandbox, vendors, { sleep: clock.sleep, random }, () => over)
  }
  const network = withLatency(sandbox, clock, random)
  const outside: Outside = {
    now: clock.now,
    sleep: clock.sleep,
    random,
    fetch: plan.between?.(network) ?? network,
  }
  const handle = memoryHandle()
  const end = start2026 + plan.days * day
  let lives = 0
  while (clock.now() < end) {
    const awaits = hostile ? lifeLength(plan, random) : Infinity
    await live(plan, sandbox, outside, handle, { clock, awaits, until: end, name: `hub-${++lives}` })
    // A supervisor takes a moment to start it again.
    if (clock.now() < end) await clock.run(Math.min(end, clock.now() + between(random, 1, 90) * 1000))
  }
  over = true
  sandbox.faults.rules.length = 0
  const store = await live(plan, sandbox, outside, handle, {
    clock,
    awaits: Infinity,
    until: end + quietMs,
    name: `hub-${++lives}`,
  })
  const { ambiguous, settledByLookup } = await totals(store.db)
  const strays = await countStrays(store.db)
  await plan.inspect?.(store, sandbox)
  const requests = Object.values(sandbox.requests).reduce((sum, count) => sum + count, 0)
  return {
    seed: plan.seed,
    ...score(sandbox.truth()),
    ambiguous,
    settledByLookup,
    strays,
    requests,
    simulatedDays: (clock.now() - start2026) / day,
    lives,
    struck: sandbox.faults.struck,
    wallMs: Math.round(plan.wallNow() - wallStart),
  }
}

/** Most die after hours, some within the first few awaits: a crash loop must not lose anything either. */
function lifeLength({ lifeAwaits }: SimulationPlan, random: () => number): number {
  if (lifeAwaits !== undefined) return between(random, ...lifeAwaits)
  return random() < 0.3 ? between(random, 1, 2_000) : between(random, 10_000, 120_000)
}

interface LifePlan {
  clock: VirtualClock
  awaits: number
  until: number
  name: string
}

/** Starts a hub on the store as it stands, and runs it until its end or its death. */
async function live(
  plan: SimulationPlan,
  sandbox: Sandbox,
  world: Outside,
  database: SqliteHandle,
  { clock, awaits, until, name }: LifePlan,
): Promise<Store> {
  // Opening the store is not part of the life: a process that dies while migrating has nothing to lose.
  const life = new Life(() => {})
  const store = await openStore({ kind: 'sqlite', database: life.handle(database) })
  life.begin(awaits)
  const outside = life.outside(world)
  const vendors = new Vendors(plan.connectors, outside)
  const log = plan.log ?? (() => {})
  // One process at a time: whoever held a share before is gone.
  vendors.governBy(new Governor({ db: store.db, now: outside.now, holder: name, hasDied: () => true, log }))
  const hub: Hub = {
    store,
    outside,
    live: connectAll(vendors, sandbox, start2026),
    holder: name,
    protections: { ...allProtections, ...plan.protections },
    log,
  }
  const schedule = start(hub)
  for (let next = clock.now(); next < until && !life.dead;) {
    next = Math.min(until, next + day / 4)
    await clock.run(next, () => life.dead)
    plan.onProgress?.((clock.now() - start2026) / day)
  }
  if (!life.dead) await stopped(schedule.stop(), clock)
  return store
}

/** A graceful stop still waits for requests on their way: the clock must go on meanwhile. */
async function stopped(stopping: Promise<void>, clock: VirtualClock): Promise<void> {
  let done = false
  void stopping.then(() => (done = true))
  await clock.run(Infinity, () => done)
}

function withLatency(sandbox: Sandbox, clock: VirtualClock, random: () => number): Outside['fetch'] {
  const direct = sandbox.fetch()
  return async (url, init) => {
    const answer = await direct(url, init)
    await clock.sleep(between(random, 10, 160))
    return answer
  }
}
