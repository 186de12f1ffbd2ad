import type { Run } from './run.ts'
import type { Span } from './span.ts'

/** What a read has covered: everything of these times, of one customer of the vendor or (null) of all. */
export interface Covered extends Span {
  customerId: string | null
  /** How many rows the vendor says there are, and how many were read; absent where it says nothing. */
  declared?: number | undefined
  seen?: number | undefined
}

/** What a read has not covered, and why. It is open until a later read no longer reports it. */
export interface Gap {
  customerId: string | null
  /** Which part, in a word or two: one gap per part and customer. `history` is what was not read since the start. */
  what: string
  from: number | null
  to: number | null
  reason: string
}

export interface OpenGap extends Gap {
  since: number
  tries: number
}

export const lights = ['green', 'amber', 'red', 'unknown'] as const
export type Light = (typeof lights)[number]

/** What reading itself is like, without what waits behind it. */
export const readings = ['ok', 'never', 'stale', 'incomplete', 'failed'] as const

export interface CoverageState {
  light: Light
  reading: (typeof readings)[number]
  /** Empty when green. */
  reason: string
}

export interface CoverageFacts {
  /** The last attempt. */
  run: Run | undefined
  /** Older than this is stale, ms. */
  targetMs: number
  gaps: readonly Pick<Gap, 'what' | 'reason'>[]
  /** Findings whose customer stands for no tenant. */
  quarantined: number
  /** Rows of the feed that could not be read. */
  deadLetters: number
  /** It is of one customer, who stands for no tenant. */
  unlinked?: boolean
}

/** Two missed turns and a minute for the read itself, where a feed does not say otherwise. */
export function targetOf(feed: { everyMs: number; freshMs?: number | undefined }): number {
  return feed.freshMs ?? 3 * feed.everyMs + 60_000
}

/** The one rule, wherever coverage is shown. Green is what was read whole, and lately, and got through. */
export function stateOf(facts: CoverageFacts, now: number): CoverageState {
  const { run, targetMs } = facts
  if (run === undefined) return { light: 'unknown', reading: 'never', reason: 'has not been read yet' }
  const age = run.wholeAt === null ? Infinity : now - run.wholeAt
  if (age < -60_000)
    return { light: 'unknown', reading: 'stale', reason: 'was last read in the future: a clock is wrong' }
  const trouble = troubleOf(facts)
  if (trouble === undefined && age > targetMs)
    return { light: 'red', reading: 'stale', reason: 'has not been read lately' }
  if (trouble !== undefined) {
    const begun = run.outcome !== 'failed' && facts.gaps.length > 0 && onlyHistory(facts.gaps)
    const fresh = run.outcome === 'failed' && age <= targetMs && onlyHistory(facts.gaps)
    return { light: begun || fresh ? 'amber' : 'red', ...trouble }
  }
  const waiting = [
    ...(facts.unlinked === true ? ['stands for no tenant yet: what is found there waits'] : []),
    ...counted(facts.quarantined, 'finding waits', 'findings wait', 'for a customer to be linked'),
    ...counted(facts.deadLetters, 'row needs', 'rows need', 'a look (dead letters)'),
  ]
  return { light: waiting.length > 0 ? 'amber' : 'green', reading: 'ok', reason: waiting.join('; ') }
}

function troubleOf({ run, gaps }: CoverageFacts): Pick<CoverageState, 'reading' | 'reason'> | undefined {
  const reasons = gaps.map((gap) => `${gap.what}: ${gap.reason}`)
  const why = run?.error ?? 'no reason given'
  if (run?.outcome === 'failed') return { reading: 'failed', reason: `is failed: ${why}` }
  if (run?.outcome === 'incomplete') return { reading: 'incomplete', reason: `is incomplete: ${why}` }
  return reasons.length > 0
    ? { reading: 'incomplete', reason: `is incomplete: ${reasons.join('; ')}` }
    : undefined
}

/** What lies before the start is read bit by bit: until then it is said, and no alarm. */
function onlyHistory(gaps: CoverageFacts['gaps']): boolean {
  return gaps.every((gap) => gap.what === 'history')
}

function counted(count: number, one: string, many: string, rest: string): string[] {
  return count === 0 ? [] : [`${count} ${count === 1 ? one : many} ${rest}`]
}

const mostCharacters = 500

/** All of them in one line for people. */
export function reasonOf(gaps: readonly Gap[]): string {
  const texts = gaps.map(({ customerId, what, reason }) =>
    [
      ...(customerId === null ? [] : [`customer ${customerId}`]),
      ...(what === 'list' ? [] : [what]),
      reason,
    ].join(': '),
  )
  return [...new Set(texts)].join('; ').slice(0, mostCharacters)
}
