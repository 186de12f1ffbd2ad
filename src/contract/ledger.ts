import type { LimitRule } from './limits.ts'

/**
 * One limit, divided: every process may send up to its share in any window, and the shares together never pass the
 * limit. A request then costs no query, only a change of the shares does. What a process that is gone may have sent
 * counts as spent until the vendor's window has passed over it.
 */
export interface LedgerState {
  holdings: readonly Holding[]
  mood: Mood
}

export interface Holding {
  /** Empty for what is spent: nobody may send it any more. */
  holder: string
  /** In any window. */
  requests: number
  /** A share: may be used until then, epoch ms. Spent: counts until then. */
  until: number
  /** Has less than a fair share, and needs more. */
  wants?: true
}

/** What the vendor's answers have taught. */
export interface Mood {
  /** Part of the limit that is used, in (0, 1]; it grows back by itself from `factorAt` on. */
  factor: number
  factorAt: number
  pausedUntil: number
  learned: Learned | null
}

/** The vendor's own count, from its headers; times are epoch ms. */
export interface Learned {
  limit: number
  remaining: number
  resetAt: number
  at: number
}

export interface Ask {
  holder: string
  /** Requests in any window. */
  want: number
  now: number
  mood: Mood
  /** Processes that are known to be gone: their shares are spent at this moment at the latest. */
  isGone(holder: string): boolean
}

export interface Share {
  requests: number
  until: number
  /** It is less than was wanted: to ask again before then is of no use. Otherwise 0. */
  again: number
  mood: Mood
}

export const calm: Mood = { factor: 1, factorAt: 0, pausedUntil: 0, learned: null }

type Rule = Pick<LimitRule, 'requests' | 'windowMs'>

/** Clocks of two machines may differ by so much. */
const skewMs = 5_000
const maxPauseMs = 3_600_000
const leastFactor = 1 / 16

/** Takes, renews, enlarges or reduces the asker's share. Pure. */
export function takeShare(state: LedgerState, rule: Rule, ask: Ask): { state: LedgerState; share: Share } {
  const { holder, now } = ask
  const own = state.holdings.find((one) => one.holder === holder)?.requests ?? 0
  const rest = settled(state.holdings, rule, ask).filter((one) => one.holder !== holder)
  const free = Math.max(0, rule.requests - total(rest) - own)
  const others = rest.filter((one) => one.holder !== '')
  const fair = Math.max(1, Math.floor(rule.requests / (others.length + 1)))
  const pressed = others.some((one) => one.wants === true)
  const reach = Math.min(ask.want, own + free)
  const requests = pressed ? Math.min(reach, fair) : reach
  const until = now + validMs(rule, requests)
  const mine: Holding = { holder, requests, until }
  if (requests < Math.min(ask.want, fair)) mine.wants = true
  const mood = merged(state.mood, ask.mood, now)
  const holdings = [...rest, ...spent(own - requests, now + rule.windowMs), mine]
  const again = requests < ask.want ? nextChance(rest, rule, now) : 0
  return { state: { holdings, mood }, share: { requests, until, again, mood } }
}

/** Gives a share back; `sent` of it are spent, the last of them at `lastAt`. Pure. */
export function giveBack(
  state: LedgerState,
  rule: Rule,
  holder: string,
  { sent, lastAt, mood, now }: { sent: number; lastAt: number; mood: Mood; now: number },
): LedgerState {
  const rest = state.holdings.filter((one) => one.holder !== holder)
  const until = lastAt + rule.windowMs
  const holdings = until > now ? [...rest, ...spent(sent, until)] : rest
  return { holdings, mood: merged(state.mood, mood, now) }
}

/** Full use is written once a window, little use once in ten, or in ten minutes where windows are short. */
function validMs({ requests, windowMs }: Rule, share: number): number {
  const often = Math.max(windowMs, 60_000)
  return Math.round(Math.min(10 * often, (often * requests) / Math.max(1, share)))
}

/** Without what no longer counts. The share of who is gone becomes spent. */
function settled(
  holdings: readonly Holding[],
  rule: Rule,
  { now, isGone }: Pick<Ask, 'now' | 'isGone'>,
): Holding[] {
  return holdings.flatMap((one) => {
    if (one.holder === '') return spent(one.requests, Math.min(one.until, now + rule.windowMs), now)
    // A clock that was set back must not keep a share for ever.
    const until = Math.min(one.until, now + validMs(rule, one.requests))
    if (isGone(one.holder)) return spent(one.requests, now + rule.windowMs)
    if (until + skewMs > now) return { ...one, until }
    return spent(one.requests, until + skewMs + rule.windowMs, now)
  })
}

function spent(requests: number, until: number, now = -Infinity): Holding[] {
  return requests > 0 && until > now ? [{ holder: '', requests, until }] : []
}

function total(holdings: readonly Holding[]): number {
  return holdings.reduce((sum, one) => sum + one.requests, 0)
}

/** Something is free again when the first spent part has aged; others give way within their next few renewals. */
function nextChance(rest: readonly Holding[], rule: Rule, now: number): number {
  const aged = rest.filter((one) => one.holder === '').map((one) => one.until)
  const look = now + Math.min(15_000, Math.max(2_000, rule.windowMs / 4))
  return rest.some((one) => one.holder !== '')
    ? Math.min(look, ...aged)
    : Math.min(...aged, now + rule.windowMs)
}

/** What two processes were taught: the latest, and the longest pause. */
export function merged(kept: Mood, told: Mood, now: number): Mood {
  const latest = told.factorAt > kept.factorAt ? told : kept
  const pausedUntil = Math.min(Math.max(kept.pausedUntil, told.pausedUntil), now + maxPauseMs)
  const learned = (told.learned?.at ?? -1) > (kept.learned?.at ?? -1) ? told.learned : kept.learned
  return { factor: latest.factor, factorAt: latest.factorAt, pausedUntil, learned }
}

/** The part of the limit that is used now: after a halving the whole comes back in twenty minutes, or four windows. */
export function factorOf({ factor, factorAt }: Mood, { windowMs }: Rule, now: number): number {
  if (factor >= 1) return 1
  const grown = Math.max(0, now - factorAt) / Math.max(1_200_000, 4 * windowMs)
  return Math.min(1, factor + grown)
}

/** The vendor refused although we were within what we think it grants. Requests on their way count once. */
export function halved(mood: Mood, rule: Rule, now: number): Mood {
  if (mood.factor < 1 && now - mood.factorAt < Math.min(rule.windowMs, 15_000)) return mood
  return { ...mood, factor: Math.max(leastFactor, factorOf(mood, rule, now) / 2), factorAt: now }
}
