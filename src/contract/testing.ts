import { setImmediate } from 'node:timers/promises'

import * as z from 'zod'

import type { Fetch, FetchAnswer, FetchInit, Outside } from '../domain/outside.ts'
import { bearer } from './auth.ts'
import { Budget } from './budget.ts'
import { Client } from './client.ts'
import { type Contract, baseUrlField } from './contract.ts'
import { isObject, readAnyError } from './errors.ts'
import { type LimitHabit, retryAfterMs } from './limits.ts'
import { operation } from './operation.ts'
import { type Paging, cut, wholeNumber } from './paging.ts'
import { Refusal } from './refusal.ts'
import { type Behaviour, type ServerParts, createServer } from './server.ts'
import type { WireAnswer, WireRequest } from './wire.ts'

/** A made-up vendor, the smallest that has every habit: boxes in a depot. For the tests of the contract language. */

export const paging: Paging = {
  query: { page: z.int().min(1).default(1), size: z.int().min(1).max(1000).default(10) },
  rowsKeys: ['boxes'],
  first: (size = 10) => ({ page: 1, size }),
  read(body, asked) {
    if (!isObject(body) || !Array.isArray(body['boxes'])) return 'there is no list under boxes'
    const [page, size] = [wholeNumber(asked['page']) ?? 1, wholeNumber(asked['size']) ?? 10]
    const total = wholeNumber(body['total'])
    const more = total === undefined ? body['boxes'].length === size : page * size < total
    return { rows: body['boxes'], total, next: more ? { ...asked, page: page + 1 } : undefined }
  },
  write(rows, asked, switches) {
    const boxes = cut(rows, wholeNumber(asked['page']) ?? 1, wholeNumber(asked['size']) ?? 10)
    return switches['total'] === 'absent' ? { boxes } : { total: rows.length, boxes }
  },
}

export const box = z.looseObject({
  id: z.union([z.string(), z.int()]),
  kind: z.string().optional(),
  weight: z.number().optional(),
})

const listFilter = z.object({
  kinds: z.array(z.string()).optional(),
  minWeight: z.number().optional(),
  sealed: z.boolean().optional(),
})
const draft = z.object({ kind: z.string(), weight: z.number().min(0).optional() })
const source = 'made up'

export const listBoxes = operation({
  id: 'boxes.list',
  method: 'GET',
  path: '/boxes',
  summary: 'All boxes',
  source,
  query: listFilter,
  answer: box,
  paging,
  permission: ['boxes'],
})
export const getBox = operation({
  id: 'boxes.get',
  method: 'GET',
  path: '/boxes/{id}',
  summary: 'One box',
  source,
  answer: box,
})
export const boxSettings = operation({
  id: 'boxes.settings',
  method: 'GET',
  path: '/boxes/settings',
  summary: 'What boxes may be',
  source,
  answer: z.looseObject({ kinds: z.array(z.string()) }),
})
export const boxLabel = operation({
  id: 'labels.get',
  method: 'GET',
  path: '/boxes/{id}/labels/{label}',
  summary: 'A label',
  source,
  answer: z.looseObject({ label: z.string() }),
})
export const createBox = operation({
  id: 'boxes.create',
  method: 'POST',
  path: '/boxes',
  summary: 'A new box',
  source,
  body: draft,
  answer: box,
  status: 201,
  permission: ['write'],
})
export const replaceBox = operation({
  id: 'boxes.replace',
  method: 'PUT',
  path: '/boxes/{id}',
  summary: 'Changes a box',
  source,
  body: draft.partial(),
  answer: box,
})
export const removeBox = operation({
  id: 'boxes.remove',
  method: 'DELETE',
  path: '/boxes/{id}',
  summary: 'Takes a box away',
  source,
  answer: z.unknown(),
  status: 204,
})
export const report = operation({
  id: 'reports.get',
  method: 'GET',
  path: '/report',
  summary: 'A CSV',
  source,
  answer: z.string(),
  plain: true,
})

const limits: LimitHabit = {
  pace: { scope: 'credential', requests: 1000, windowMs: 60_000, concurrency: 4 },
  heed: (headers, _status, now) => retryAfterMs(headers.get('retry-after'), now),
  grant(_request, switches) {
    const requests = Number(switches['limit'] ?? 0)
    return requests === 0 ? undefined : { scope: 'credential', requests, windowMs: 60_000 }
  },
  refuse: (waitMs) =>
    new Refusal(429, 'slow_down', 'too many', {
      headers: { 'retry-after': String(Math.ceil(waitMs / 1000)) },
    }),
  headers: ({ limit, remaining }) => ({ 'x-limit': String(limit), 'x-remaining': String(remaining) }),
}

export const toy: Contract = {
  vendor: 'toy',
  title: 'Toy Depot',
  version: 'v1',
  about: 'Boxes.',
  arrays: 'comma',
  wrongMethod: 405,
  limits,
  settings: [
    {
      name: 'apiKey',
      label: 'Key',
      help: 'A key.',
      secret: true,
      required: true,
      pattern: /^\S+$/,
      hint: 'one word',
    },
    { name: 'region', label: 'Region', help: 'us or eu', options: ['us', 'eu'], default: 'us' },
    { name: 'depot', label: 'Depot', help: 'The depot.', required: true },
    baseUrlField,
  ],
  base: (settings) => `https://${settings['region'] ?? 'us'}.toy.test/v1`,
  auth: bearer(),
  errors: {
    read: readAnyError,
    write: ({ code, message, fields }, { requestId }) => ({
      error: { code, message, fields, request_id: requestId },
    }),
  },
  switches: {
    total: { about: 'Whether lists say how many', values: ['present', 'absent'] },
    limit: { about: 'Requests a minute; 0 is no limit', values: ['0'], free: true },
  },
  operations: { listBoxes, getBox, boxSettings, boxLabel, createBox, replaceBox, removeBox, report },
}

/** A clock that stands still until everybody waits, and then goes on to whoever is due first. */
export class ManualClock {
  #now: number
  readonly #sleepers = new Set<{ at: number; wake: () => void }>()

  constructor(now = 1_790_000_000_000) {
    this.#now = now
  }

  readonly now = (): number => this.#now

  readonly sleep = (ms: number, signal?: AbortSignal): Promise<void> =>
    new Promise((resolve) => {
      const sleeper = {
        at: this.#now + ms,
        wake: () => {
          this.#sleepers.delete(sleeper)
          resolve()
        },
      }
      this.#sleepers.add(sleeper)
      signal?.addEventListener('abort', sleeper.wake)
    })

  /** Lets time pass until `work` is done. */
  async run<T>(work: Promise<T>): Promise<T> {
    let done = false
    const settled = (): void => {
      done = true
    }
    work.then(settled, settled)
    for (;;) {
      await setImmediate()
      if (done) return work
      const due = [...this.#sleepers].reduce<number>((first, { at }) => Math.min(first, at), Infinity)
      if (due === Infinity) continue // waits for something real
      this.#now = Math.max(this.#now, due)
      for (const sleeper of this.#sleepers) if (sleeper.at <= this.#now) sleeper.wake()
    }
  }
}

export type Step = FetchAnswer | Error | ((url: string, init: FetchInit) => Promise<FetchAnswer>)

export function says(status: number, body: unknown, headers: Record<string, string> = {}): FetchAnswer {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  return { status, headers: { get: (name) => headers[name] ?? null }, text: () => Promise.resolve(text) }
}

export function networkError(code: string, extra: Record<string, unknown> = {}): Error {
  const cause = Object.assign(new Error(`${code} 10.0.0.1:443`), { code, ...extra })
  return new TypeError('fetch failed', { cause })
}

export const key = 'sk_live_5ecret/+key=='

/** A client whose network answers by script; the last step repeats. */
export function scripted(steps: Step[], settings: Record<string, string> = {}, contract = toy) {
  const clock = new ManualClock()
  const sent: { url: string; init: FetchInit; at: number }[] = []
  const fetch: Fetch = async (url, init) => {
    const step = steps[Math.min(sent.length, steps.length - 1)]
    sent.push({ url, init, at: clock.now() })
    if (step instanceof Error) throw step
    if (step === undefined) throw new Error('the script is empty')
    return typeof step === 'function' ? step(url, init) : step
  }
  return { client: clientOf(fetch, clock, settings, contract), clock, sent }
}

export function clientOf(
  fetch: Fetch,
  clock: ManualClock,
  settings: Record<string, string> = {},
  contract = toy,
): Client {
  const outside: Outside = { now: clock.now, sleep: clock.sleep, random: () => 0.5, fetch }
  return new Client(
    contract,
    { apiKey: key, ...settings },
    new Budget(contract.limits.pace, outside),
    outside,
  )
}

export interface ToyServer {
  serve(request?: Partial<WireRequest>): Promise<WireAnswer>
  rows: unknown[]
  switches: Record<string, string>
}

/** The toy's server half, over rows that the test may change at any time. */
export function toyServer(parts: Partial<ServerParts> & { rows?: unknown[] } = {}): ToyServer {
  const rows = parts.rows ?? []
  const switches = parts.switches ?? {}
  const behaviours: Record<string, Behaviour> = {
    'boxes.list': () => rows,
    'boxes.get': ({ params }) => ({ id: params['id'] }),
    'boxes.settings': () => ({ kinds: ['small'] }),
    'labels.get': ({ params }) => ({ label: `${params['id']}: ${params['label']}` }),
    'boxes.create': ({ body }) => ({ id: 1, ...(body as object) }),
    'boxes.replace': ({ body, params }) => ({ ...params, ...(body as object) }),
    'boxes.remove': () => undefined,
    'reports.get': () => 'id,kind\n1,small\n',
    ...parts.behaviours,
  }
  const server = createServer({
    contract: toy,
    switches,
    now: () => 0,
    newRequestId: () => 'req_1',
    identify: (given) => (given === key ? { name: 'demo', permissions: 'all' } : undefined),
    ...parts,
    behaviours,
  })
  const headers = { authorization: `Bearer ${key}` }
  const bare = { method: 'GET', path: '/boxes', search: '', headers, body: '', ip: '127.0.0.1' }
  return { serve: (request) => server({ ...bare, ...request }), rows, switches }
}
