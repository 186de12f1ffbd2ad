import type { WireAnswer, WireRequest } from '../contract/wire.ts'

interface Given {
  at: number
  answer: WireAnswer
}

/** A second copy of what the vendor has, which lags: it knows the answers of a while ago. Only of reads. */
export class Replica {
  /** By question, the oldest first; the question that was first asked longest ago stands first. */
  readonly #given = new Map<string, Given[]>()

  /** Keeps an answer; what was given before `since` is forgotten. */
  keep(vendor: string, request: WireRequest, answer: WireAnswer, now: number, since: number): void {
    if (!isRead(request) || answer.status !== 200) return
    const question = questionOf(vendor, request)
    const known = this.#given.get(question) ?? []
    while (known[0] !== undefined && known[0].at < since) known.shift()
    known.push({ at: now, answer })
    this.#given.delete(question)
    this.#given.set(question, known)
    for (const [old, answers] of this.#given) {
      if ((answers.at(-1)?.at ?? 0) >= since) break
      this.#given.delete(old)
    }
  }

  /** The oldest answer to the same question that was given since then. */
  recall(vendor: string, request: WireRequest, since: number): WireAnswer | undefined {
    if (!isRead(request)) return undefined
    return this.#given.get(questionOf(vendor, request))?.find(({ at }) => at >= since)?.answer
  }
}

function isRead({ method }: WireRequest): boolean {
  return method === 'GET'
}

const whoAsks = /authorization|key|organization/i

/** Who asks counts: another key sees other rows. None of its parts holds a line's end. */
function questionOf(vendor: string, { path, search, headers }: WireRequest): string {
  let question = `${vendor}\n${path}\n${search}`
  for (const name in headers) if (whoAsks.test(name)) question += `\n${name}: ${headers[name] ?? ''}`
  return question
}
