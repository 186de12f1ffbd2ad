import type { Entity } from '../domain/entity.ts'

/** An entity that two findings have in common, and what that says. */
export interface Shared extends Entity {
  gap: number
  weight: number
  /** So many of the customer's cases have it. */
  withIt: number
  cases: number
}

/** The strongest counts whole, the next by half, and so on: a device and its user say nearly the same thing twice. */
export function scoreOf(shared: readonly Shared[]): number {
  const weights = shared.map((one) => one.weight).toSorted((a, b) => b - a)
  return weights.reduce((sum, weight, i) => sum + weight / 2 ** i, 0)
}

interface Judged {
  /** By the vendor. */
  grouped: boolean
  shared: readonly Shared[]
  /** What speaks against it, in words. */
  against?: string | undefined
  score: number
}

/** `same host fs-01 (in 2 of 140 cases), 12 min apart; weight 1.4` */
export function wordsOf({ grouped, shared, against, score }: Judged): string {
  if (grouped) return 'the vendor says that they belong together'
  const told = shared
    .filter((one) => one.weight > 0)
    .toSorted((a, b) => b.weight - a.weight || (a.kind + a.value < b.kind + b.value ? -1 : 1))
    .slice(0, 3)
  const although = against === undefined ? '' : `; although ${against}`
  return `${told.map(words).join('; ')}${although}; weight ${score.toFixed(1)}`
}

function words({ kind, value, gap, withIt, cases }: Shared): string {
  const apart = `${apartOf(gap)} apart`
  if (kind === 'content') return `the same detection again, ${apart}`
  return `same ${kind} ${value} (in ${Math.max(1, withIt)} of ${Math.max(1, cases)} cases), ${apart}`
}

function apartOf(gap: number): string {
  const minutes = Math.round(gap / 60_000)
  return minutes < 120 ? `${minutes} min` : `${Math.round(minutes / 60)} h`
}
