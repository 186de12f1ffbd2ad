import type { Outside, FetchAnswer } from '../domain/outside.ts'
import { ApiError, type Verdict } from './api-error.ts'
import { readJson } from './body.ts'
import type { Budget, Priority } from './budget.ts'
import { type Contract, baseOf } from './contract.ts'
import { encodeBody } from './encoding.ts'
import { KeptPages } from './kept-pages.ts'
import { type Input, type Operation, fillPath, isRepeatable } from './operation.ts'
import { Page } from './paging.ts'
import { type QueryValue, encodeQuery } from './query.ts'
import { type OnRead, type ValueOf, readAnswer } from './reading.ts'
import { redactor } from './redact.ts'
import { causeCode, hostOf, networkMessage, wasNeverSent } from './trouble.ts'

export interface Answer<T> {
  value: T
  /** The body's bytes as received. */
  text: string
  status: number
  headers: FetchAnswer['headers']
}

export type Outcome<T> = { ok: true; answer: Answer<T> } | { ok: false; error: ApiError }

export interface CallOptions {
  priority?: Priority
  /** Sends of a repeatable request, first one included. */
  attempts?: number
  timeoutMs?: number
  /** An absolute link from an answer, instead of the operation's own address. Its host must be the connection's. */
  link?: string
  /** Settings that hold for this call alone: another organization under the same key, say. Never the address. */
  settings?: Record<string, string>
}

/** The parsed page's or answer's cap: a larger body is a failure with a reason. */
const maxBodyCharacters = 64 * 1024 * 1024

/** A longer text is no message for people. */
const maxMessageCharacters = 500

/** No wish of a vendor holds us longer: after that a try does no harm. */
const maxWaitMs = 3_600_000

/**
 * The client half of a contract. It never sends a request twice that may have been carried out: only repeatable
 * operations are re-sent after an unclear outcome, everything else comes back as `ambiguous`.
 */
export class Client {
  readonly contract: Contract
  readonly settings: Readonly<Record<string, string>>
  readonly budget: Budget
  onRead: OnRead | undefined
  readonly #outside: Outside
  readonly #pages: KeptPages
  readonly #bases = new Map<string | undefined, string>()
  readonly redact: (text: string) => string

  /** Requests of this one alone. */
  requests = 0

  constructor(
    contract: Contract,
    settings: Readonly<Record<string, string>>,
    budget: Budget,
    outside: Outside,
    like?: Client,
  ) {
    this.contract = contract
    this.settings = settings
    this.budget = budget
    this.#outside = outside
    this.#pages = like === undefined ? new KeptPages() : like.#pages
    this.redact = like === undefined ? redactor(contract, settings) : like.redact
  }

  /** The same connection, with a count of its own. */
  alone(): Client {
    return new Client(this.contract, this.settings, this.budget, this.#outside, this)
  }

  /** Lets time pass between two looks at something that is not done yet. */
  wait(ms: number): Promise<void> {
    return this.#outside.sleep(ms)
  }

  /** The value, or an ApiError thrown. */
  async call<O extends Operation>(
    op: O,
    input: Input<O> = {},
    options: CallOptions = {},
  ): Promise<ValueOf<O>> {
    const outcome = await this.try(op, input, options)
    if (!outcome.ok) throw outcome.error
    return outcome.answer.value
  }

  /** Never throws for anything that the network or the vendor does. */
  async try<O extends Operation>(
    op: O,
    input: Input<O> = {},
    options: CallOptions = {},
  ): Promise<Outcome<ValueOf<O>>> {
    const attempts = options.attempts ?? 4
    const also = this.contract.limits.alsoPaced?.(op, this.settings)
    for (let attempt = 1; ; attempt++) {
      const outcome = await this.budget.run(
        options.priority ?? 'open',
        () => this.#once(op, input, options),
        also,
      )
      if (outcome.ok) return outcome
      const { error } = outcome
      const backoff = backoffMs(attempt, error.status, this.#outside.random())
      const wait = Math.min(maxWaitMs, Math.max(error.retryAfterMs ?? 0, backoff))
      if (isThrottle(error)) this.budget.throttled(wait, error.retryAfterMs !== undefined)
      if (!error.retryable || attempt >= attempts)
        return { ok: false, error: await this.#tellApart(op, error) }
      await this.#outside.sleep(wait)
    }
  }

  async #once<O extends Operation>(
    op: O,
    input: Input<O>,
    options: CallOptions,
  ): Promise<Outcome<ValueOf<O>>> {
    this.requests++
    // The declared input types are for callers; on the wire everything is a query value or JSON.
    const asked = { ...op.paging?.first(), ...(input.query as Record<string, QueryValue> | undefined) }
    const url = options.link ?? this.#url(op, input, asked)
    if (options.link !== undefined && !this.#owns(options.link)) {
      return this.#fail(
        op,
        'refused',
        0,
        'foreign_link',
        `the link leads to a foreign host (${hostOf(url)}): not followed`,
      )
    }
    const got = await this.#fetch(op, url, input.body, options)
    if ('error' in got) return got.error
    this.#heed(op, got.answer)
    const place = options.settings === undefined ? url : `${url} ${JSON.stringify(options.settings)}`
    return this.#judge(op, asked, place, got.answer, got.text)
  }

  #url<O extends Operation>(op: O, input: Input<O>, asked: Record<string, QueryValue>): string {
    const to = { path: fillPath(op, input.params), query: asked }
    const { path, query } = this.contract.address?.(to, this.settings) ?? to
    const search = encodeQuery(query, this.contract.arrays)
    const base = this.#base(op.surface)
    return `${base}${path}${search === '' ? '' : `?${search}`}`
  }

  #base(surface: string | undefined): string {
    let base = this.#bases.get(surface)
    if (base === undefined) this.#bases.set(surface, (base = baseOf(this.contract, this.settings, surface)))
    return base
  }

  /** An answer that is good, but the last of its window: nobody sends before the next one begins. */
  #heed(op: Operation, { status, headers }: FetchAnswer): void {
    const learned = this.contract.limits.learn?.(headers, this.#outside.now())
    if (learned !== undefined) this.budget.learn(learned, this.contract.limits.alsoPaced?.(op, this.settings))
    if (status < 200 || status >= 300) return
    const wait = this.contract.limits.heed(headers, status, this.#outside.now())
    if (wait !== undefined && wait > 0) this.budget.pause(Math.min(wait, maxWaitMs))
  }

  #owns(link: string): boolean {
    if (!URL.canParse(link)) return false
    const url = new URL(link)
    const surfaces = [undefined, ...Object.keys(this.contract.surfaces ?? {})]
    const own = surfaces.map((surface) => URL.parse(this.#base(surface))?.origin)
    return own.includes(url.origin) || this.contract.owns?.(url, this.settings) === true
  }

  async #fetch(
    op: Operation,
    url: string,
    body: unknown,
    options: CallOptions,
  ): Promise<{ answer: FetchAnswer; text: string } | { error: Outcome<never> }> {
    const timeoutMs = options.timeoutMs ?? 30_000
    const settings = { ...this.settings, ...options.settings }
    const headers: Record<string, string> = {
      accept: op.plain === true ? '*/*' : 'application/json',
      'user-agent': 'watchfloor/0.1',
      ...this.contract.headers?.(settings),
    }
    const sent = body === undefined ? undefined : encodeBody(op, body)
    if (sent !== undefined) headers['content-type'] = sent.type
    this.contract.auth.sign(headers, settings)
    // One signal for both: the timer that rings ends the request, the answer ends the timer.
    const abort = new AbortController()
    const late = this.#outside.sleep(timeoutMs, abort.signal).then(() => {
      abort.abort('late')
      return 'late' as const
    })
    const send = async (): Promise<{ answer: FetchAnswer; text: string }> => {
      const init = { method: op.method, headers, redirect: 'manual' as const, signal: abort.signal }
      const answer = await this.#outside.fetch(url, sent === undefined ? init : { ...init, body: sent.text })
      return { answer, text: await answer.text() }
    }
    try {
      const first = await Promise.race([send(), late])
      if (first !== 'late') return first
      return { error: this.#fail(op, unclear(op), 0, 'timeout', `no answer within ${timeoutMs / 1000} s`) }
    } catch (cause) {
      const code = causeCode(cause)
      const verdict = wasNeverSent(cause, code) ? 'retryable' : unclear(op)
      return { error: this.#fail(op, verdict, 0, code.toLowerCase(), networkMessage(code, url)) }
    } finally {
      abort.abort('answered')
    }
  }

  #judge<O extends Operation>(
    op: O,
    asked: Record<string, QueryValue>,
    url: string,
    answer: FetchAnswer,
    text: string,
  ): Outcome<ValueOf<O>> {
    const { status } = answer
    if (status < 200 || status >= 300) return this.#refused(op, answer, text)
    if (text.length > maxBodyCharacters)
      return this.#unreadable(op, status, 'body_too_large', `${text.length} characters`)
    if (op.plain === true || (status === 204 && promisesNothing(op)))
      return done(answer, text, text as ValueOf<O>) // `plain` answers are text
    const kept = op.paging && this.#pages.find(url, text)
    if (kept !== undefined) return done(answer, text, kept as ValueOf<O>) // read at this very address
    const found = readAnswer(op, asked, text, this.onRead)
    if (!found.ok) return this.#unreadable(op, status, found.code, found.message)
    if (found.value instanceof Page) this.#pages.keep(url, found.value)
    return done(answer, text, found.value)
  }

  #refused(op: Operation, answer: FetchAnswer, text: string): Outcome<never> {
    const { status } = answer
    if (status >= 300 && status < 400) {
      const message =
        'the vendor answered with a redirect; keys are never sent on: check the address and the subdomain'
      return this.#fail(op, 'refused', status, 'redirect', message)
    }
    // Before anything is read from it: a message that is cut short may end inside a key.
    const clean = this.redact(text)
    const body = readJson(clean)
    const read = (op.errors ?? this.contract.errors).read(body.ok ? body.value : clean)
    const verdict = status === 429 ? 'retryable' : status >= 500 || status === 408 ? unclear(op) : 'refused'
    const retryAfter = this.contract.limits.heed(answer.headers, status, this.#outside.now())
    const message = read.message ?? `HTTP ${status}`
    return this.#fail(op, verdict, status, read.code ?? codeOf(status), message, read.requestId, retryAfter)
  }

  /** A 2xx that cannot be read is not success: asked again when harmless, ambiguous when not. */
  #unreadable(op: Operation, status: number, code: string, message: string): Outcome<never> {
    return this.#fail(op, unclear(op), status, code, `${op.id}: ${message}`)
  }

  #fail(
    op: Operation,
    verdict: Verdict,
    status: number,
    code: string,
    message: string,
    requestId?: string,
    retryAfterMs?: number,
  ): Outcome<never> {
    const fields = { vendor: this.contract.vendor, status, verdict, retryAfterMs }
    const error = new ApiError({
      ...fields,
      code: this.redact(code).slice(0, maxMessageCharacters),
      message: `${op.method} ${op.path}: ${this.redact(message).slice(0, maxMessageCharacters)}`,
      requestId: requestId === undefined ? undefined : this.redact(requestId).slice(0, maxMessageCharacters),
    })
    return { ok: false, error }
  }

  /** Some vendors use one status for two troubles; a second, harmless call tells which it was. */
  async #tellApart(op: Operation, error: ApiError): Promise<ApiError> {
    const rule = this.contract.tellApart
    if (rule === undefined || error.status !== rule.status || op.id === rule.by.id) return error
    const probe = await this.budget.run('settle', () => this.#once(rule.by, {}, {}))
    if (!probe.ok && probe.error.status !== rule.status) return error
    const told = probe.ok ? rule.whenOk : rule.whenNot
    const fields = {
      vendor: error.vendor,
      status: error.status,
      requestId: error.requestId,
      verdict: error.verdict,
    }
    return new ApiError({ ...fields, code: told.code, message: `${told.message} (${error.message})` })
  }
}

function done<T>(answer: FetchAnswer, text: string, value: T): Outcome<T> {
  return { ok: true, answer: { value, text, status: answer.status, headers: answer.headers } }
}

function isThrottle({ status, retryAfterMs }: ApiError): boolean {
  return status === 429 || (status === 503 && retryAfterMs !== undefined)
}

function unclear(op: Operation): Verdict {
  return isRepeatable(op) ? 'retryable' : 'ambiguous'
}

/** What an answer without a body can be a success of. */
function promisesNothing(op: Operation): boolean {
  return op.paging === undefined && (op.status === 204 || op.method === 'DELETE')
}

/** 1 s doubling to 60 s, of it half to all; a throttled caller starts at 5 s. */
function backoffMs(attempt: number, status: number, random: number): number {
  const base = status === 429 ? 5000 : 1000
  return Math.round(Math.min(60_000, base * 2 ** (attempt - 1)) * (0.5 + random / 2))
}

function codeOf(status: number): string {
  const words: Record<number, string> = {
    400: 'bad_request',
    401: 'unauthorized',
    403: 'forbidden',
    404: 'not_found',
  }
  return (
    words[status] ?? (status === 429 ? 'rate_limited' : status >= 500 ? 'server_error' : `http_${status}`)
  )
}
