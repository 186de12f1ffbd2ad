import * as z from 'zod'

import { Dropped } from '../contract/in-process.ts'
import type { WireAnswer, WireRequest } from '../contract/wire.ts'
import type { Outside } from '../domain/outside.ts'
import { reordered } from './reorder.ts'
import { Replica } from './replica.ts'

/** What can go wrong between us and a vendor. `-after` means that the vendor had already done what was asked. */
export const faultKinds = [
  'status',
  'status-after',
  'drop',
  'drop-after',
  'html',
  'truncate',
  'slow',
  'late',
  'throttle',
  'drift',
  'resend',
  'reorder',
] as const

export type FaultKind = (typeof faultKinds)[number]

export const faultRule = z.strictObject({
  kind: z
    .enum(faultKinds)
    .describe(
      'slow: done at once, answered late; late: done late; resend: a read is answered as it was a while ago; reorder: rows of a list in another order, one twice',
    ),
  vendor: z.string().optional(),
  method: z.string().optional(),
  path: z.string().optional().describe('part of the path under the vendor’s base'),
  status: z.int().min(300).max(599).optional().describe('for status and status-after; default 500'),
  delayMs: z
    .int()
    .min(0)
    .max(600_000)
    .optional()
    .describe('for slow and late, default 45000; for resend how far back, default 300000'),
  rate: z.number().min(0).max(1).optional().describe('share of the matching requests; default 1'),
  times: z.int().min(1).optional().describe('ends after so many; default never'),
})

export type FaultRule = z.infer<typeof faultRule>

type Serve = (request: WireRequest) => Promise<WireAnswer>

type Clockwork = Pick<Outside, 'now' | 'random' | 'sleep'>

/** How far a replica lags when nobody says it. */
const lagMs = 300_000

/** The switchboard: rules are tried in order, the first that strikes decides. */
export class Faults {
  readonly rules: FaultRule[] = []
  /** How often each kind struck. */
  readonly struck: Record<FaultKind, number> = Object.fromEntries(
    faultKinds.map((kind) => [kind, 0]),
  ) as Record<FaultKind, number> // every kind has just been given its entry
  readonly #replica = new Replica()
  readonly #outside: Clockwork

  constructor(outside: Clockwork) {
    this.#outside = outside
  }

  async around(vendor: string, request: WireRequest, serve: Serve): Promise<WireAnswer> {
    const lagging = this.rules.find(({ kind }) => kind === 'resend')
    if (lagging === undefined) return this.#around(vendor, request, serve)
    return this.#around(vendor, request, async (inner) => {
      const answer = await serve(inner)
      const now = this.#outside.now()
      this.#replica.keep(vendor, request, answer, now, now - (lagging.delayMs ?? lagMs))
      return answer
    })
  }

  async #around(vendor: string, request: WireRequest, serve: Serve): Promise<WireAnswer> {
    const rule = this.rules.find((candidate) => this.#strikes(candidate, vendor, request))
    if (rule === undefined) return serve(request)
    if (rule.kind === 'resend' || rule.kind === 'reorder') return this.#alter(rule, vendor, request, serve)
    this.#count(rule)
    return this.#apply(rule, request, serve)
  }

  /** These two strike only where there is something to alter. */
  async #alter(rule: FaultRule, vendor: string, request: WireRequest, serve: Serve): Promise<WireAnswer> {
    const answer = await serve(request)
    const { now, random } = this.#outside
    const since = now() - (rule.delayMs ?? lagMs)
    const other =
      rule.kind === 'resend' ? this.#replica.recall(vendor, request, since) : reordered(answer, random)
    if (other === undefined || other.body === answer.body) return answer
    this.#count(rule)
    return other
  }

  #count(rule: FaultRule): void {
    this.struck[rule.kind]++
    this.#use(rule)
  }

  /** The rule that was handed in stays as it is: its owner may hand it in again. */
  #use(rule: FaultRule): void {
    if (rule.times === undefined) return
    const left = rule.times > 1 ? [{ ...rule, times: rule.times - 1 }] : []
    this.rules.splice(this.rules.indexOf(rule), 1, ...left)
  }

  #strikes(rule: FaultRule, vendor: string, request: WireRequest): boolean {
    if (rule.vendor !== undefined && rule.vendor !== vendor) return false
    if (rule.method !== undefined && rule.method.toUpperCase() !== request.method) return false
    if (rule.path !== undefined && !request.path.includes(rule.path)) return false
    return rule.rate === undefined || this.#outside.random() < rule.rate
  }

  async #apply(rule: FaultRule, request: WireRequest, serve: Serve): Promise<WireAnswer> {
    const delay = rule.delayMs ?? 45_000
    if (rule.kind === 'status') return failure(rule.status ?? 500)
    if (rule.kind === 'throttle') return failure(429)
    if (rule.kind === 'drop') throw droppedBefore
    if (rule.kind === 'drift') return serve({ ...request, drift: 1 })
    if (rule.kind === 'late') await this.#outside.sleep(delay)
    const answer = await serve(request)
    if (rule.kind === 'slow') await this.#outside.sleep(delay)
    if (rule.kind === 'status-after') return failure(rule.status ?? 500)
    if (rule.kind === 'drop-after') throw droppedAfter
    if (rule.kind === 'html') return loginPage
    if (rule.kind === 'truncate') return { ...answer, body: answer.body.slice(0, answer.body.length / 2) }
    return answer
  }
}

/** Made once: to look where they came from costs more than most answers, and nobody asks. */
const droppedBefore = new Dropped('dropped before the request was handled')
const droppedAfter = new Dropped('dropped after the request was handled')

function failure(status: number): WireAnswer {
  return {
    status,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ message: `fault ${status}` }),
  }
}

const loginPage: WireAnswer = {
  status: 200,
  headers: { 'content-type': 'text/html' },
  body: '<!DOCTYPE html><html><head><title>Sign in</title></head><body>Please sign in</body></html>',
}
