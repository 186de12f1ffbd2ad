import type { WireAnswer, WireRequest } from '../contract/wire.ts'

interface Given {
  at: number
  vendor: string
  request: Pick<WireRequest, 'path' | 'search' | 'headers'>
  answer: WireAnswer
}

/**
 * A second copy of what the vendor has, which lags: it knows the answers of a while ago. Only of reads. Every answer is
 * kept and few are asked for again: so they are kept as they come, and looked through when one is wanted.
 */
export class Replica {
  /** The oldest first. */
  readonly #given: Given[] = []
  #forgotten = 0

  /** Keeps an answer; what was given before `since` is forgotten. */
  keep(vendor: string, request: WireRequest, answer: WireAnswer, now: number, since: number): void {
    if (!isRead(request) || answer.status !== 200) return
    const { path, search, headers } = request
    this.#given.push({ at: now, vendor, request: { path, search, headers }, answer })
    while ((this.#given[this.#forgotten]?.at ?? since) < since) this.#forgotten++
    if (this.#forgotten * 2 < this.#given.length) return
    this.#given.splice(0, this.#forgotten)
    this.#forgotten = 0
  }

  /** The oldest answer to the same question that was given since then. */
  recall(vendor: string, request: WireRequest, since: number): WireAnswer | undefined {
    if (!isRead(request)) return undefined
    const who = whoAsks(request)
    for (let i = this.#forgotten; i < this.#given.length; i++) {
      const one = this.#given[i]
      if (one === undefined || one.at < since || one.vendor !== vendor) continue
      const { path, search } = one.request
      if (search === request.search && path === request.path && whoAsks(one.request) === who)
        return one.answer
    }
    return undefined
  }
}

function isRead({ method }: WireRequest): boolean {
  return method === 'GET'
}

const credential = /authorization|key|organization/i

/** Another key sees other rows. No header holds a line's end. */
function whoAsks({ headers }: Pick<WireRequest, 'headers'>): string {
  const names = Object.keys(headers).filter((name) => credential.test(name))
  return names.map((name) => `${name}: ${headers[name] ?? ''}`).join('\n')
}
