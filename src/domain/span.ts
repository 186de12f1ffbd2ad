/** A stretch of the items' own time, epoch ms. `to: null` means: and on, up to the last time that all was read. */
export interface Span {
  from: number
  to: number | null
}

/** Kept apart, more than so many stretches would say nothing to anybody: the oldest are then taken for unread. */
const most = 50

/** In order, joined where they touch. */
export function join(spans: readonly Span[]): Span[] {
  const joined: Span[] = []
  for (const span of spans.filter(isStretch).toSorted((a, b) => a.from - b.from)) {
    const last = joined.at(-1)
    if (last === undefined || endOf(last) < span.from) joined.push({ ...span })
    else if (endOf(span) > endOf(last)) last.to = span.to
  }
  return joined.length > most ? joined.slice(-most) : joined
}

/** With an end instead of "and on". */
export function until(spans: readonly Span[], now: number): { from: number; to: number }[] {
  return spans.map(({ from, to }) => ({ from, to: to ?? now })).filter(({ from, to }) => from <= to)
}

function isStretch({ from, to }: Span): boolean {
  return to === null || from <= to
}

function endOf({ to }: Span): number {
  return to ?? Infinity
}
