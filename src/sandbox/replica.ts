import type { WireAnswer, WireRequest } from '../contract/wire.ts'

interface Given {
  at: number
  answer: WireAnswer
}

/** So many are swept at once. */
const manyForgotten = 500

/** A second copy of what the vendor has, which lags: it knows the answers of a while ago. Only of reads. */
export class Replica {
  /** By question, the oldest first. */
  readonly #given = new Map<string, Given[]>()
  /** What was asked, in order: the oldest is forgotten first. */
  readonly #asked: { at: number; question: string }[] = []
  #forgotten = 0

  /** Keeps an answer; what was given before `since` is forgotten. */
  keep(vendor: string, request: WireRequest, answer: WireAnswer, now: number, since: number): void {
    if (!isRead(request) || answer.status !== 200) return
    const question = questionOf(vendor, request)
    const known = this.#given.get(question)
    if (known === undefined) this.#given.set(question, [{ at: now, answer }])
    else known.push({ at: now, answer })
    this.#asked.push({ at: now, question })
    this.#forget(since)
  }

  #forget(since: number): void {
    for (let old = this.#asked[this.#forgotten]; old !== undefined && old.at < since;) {
      const answers = this.#given.get(old.question) // the oldest of them was the answer
      answers?.shift()
      if (answers?.length === 0) this.#given.delete(old.question)
      old = this.#asked[++this.#forgotten]
    }
    if (this.#forgotten < manyForgotten) return
    this.#asked.splice(0, this.#forgotten)
    this.#forgotten = 0
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
