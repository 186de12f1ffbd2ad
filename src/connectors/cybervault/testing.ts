import { Budget } from '../../contract/budget.ts'
import { Client } from '../../contract/client.ts'
import { paceOf } from '../../contract/contract.ts'
import type { FetchAnswer, FetchInit } from '../../domain/outside.ts'
import type { World } from '../world.ts'
import { type Pair, type PairOptions, openPair } from '../testing.ts'
import connector from './index.ts'

/** Helps CyberVault's own tests: a tenant with some days of history, and requests straight to it. */

export const start = Date.parse('2026-06-01T00:00:00Z')
export const hour = 3_600_000
export const day = 24 * hour

export const keys = {
  full: 'cv_live_sk_8f3j29d7k1m4p6q8r0s2t4v6w8x0y2z4',
  quickStart: 'cv_live_sk_q1u2i3c4k5s6t7a8r9t0a1b2c3d4e5f6',
  read: 'cv_read_sk_r1e2a3d4o5n6l7y8k9e0y1a2b3c4d5e6',
  test: 'cv_test_sk_t1e2s3t4k5e6y7s8a9n0d1b2o3x4a5b6',
  threats: 'cv_live_sk_t1h2r3e4a5t6s7o8n9l0y1a2b3c4d5e6',
  older: 'cv_live_sk_o1l2d3n4a5m6e7s8a9b0c1d2e3f4g5h6',
  expired: 'cv_live_sk_e1x2p3i4r5e6d7a8b9c0d1e2f3g4h5i6',
  revoked: 'cv_live_sk_r1e2v3o4k5e6d7a8b9c0d1e2f3g4h5i6',
  rotated: 'cv_live_sk_r1o2t3a4t5e6d7a8b9c0d1e2f3g4h5i6',
  second: 'cv_live_sk_s1e2c3o4n5d6t7e8n9a0n1t2a3b4c5d6',
  third: 'cv_live_sk_t1h2i3r4d5t6e7n8a9n0t1a2b3c4d5e6',
  suspended: 'cv_live_sk_s1u2s3p4e5n6d7e8d9a0b1c2d3e4f5g6',
}

/** SEED's own request body, to the letter. */
export const sample = {
  type: 'endpoint_telemetry',
  payload: {
    process_name: 'svchost.exe',
    pid: 4892,
    network_connections: [{ dst_ip: '198.51.100.42', port: 4444, protocol: 'TCP' }],
    hash_sha256: 'a]b]c]...',
  },
}

export interface Asked {
  key?: string
  search?: string
  body?: unknown
  headers?: Record<string, string>
}

export interface Tenancy extends Pair {
  ask(line: string, options?: Asked): ReturnType<typeof ask>
}

type WorldMaker = (plan: {
  seed: number
  customers: number
  start: number
  days: number
  attacksPerCustomerDay: number
}) => World

/** Unlimited unless the test says otherwise: most tests are not about limits. Worlds are made to the right of here. */
export function tenantsIn(makeWorld: WorldMaker) {
  return (options: Partial<PairOptions> & { days?: number } = {}): Tenancy => {
    const { days = 6, switches, ...rest } = options
    const world = makeWorld({ seed: 5, customers: 5, start, days, attacksPerCustomerDay: 4 })
    const now = start + (days + 3) * day
    const pair = openPair(connector, { world, now, switches: { plan: 'none', ...switches }, ...rest })
    return { ...pair, ask: (line, asked = {}) => ask(pair, line, asked) }
  }
}

async function ask(pair: Pair, line: string, { key = keys.full, search = '', body, headers = {} }: Asked) {
  const [method = 'GET', path = '/'] = line.split(' ')
  const text = body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body)
  const type = text === '' ? {} : { 'content-type': 'application/json' }
  const sent = { authorization: `Bearer ${key}`, ...type, ...headers }
  const answer = await pair.serve({ method, path, search, body: text, headers: sent })
  return {
    status: answer.status,
    headers: answer.headers,
    body: answer.body === '' ? undefined : JSON.parse(answer.body),
  }
}

/** Every row of a list, page by page, as a careful client would. */
export async function walkAll(
  tenant: Tenancy,
  path: string,
  search: Record<string, string> = {},
  onPage?: () => Promise<void> | void,
) {
  const rows: Record<string, unknown>[] = []
  let cursor: string | undefined
  do {
    const query = new URLSearchParams({ ...search, ...(cursor !== undefined && { cursor }) })
    const { status, body } = await tenant.ask(`GET ${path}`, { search: query.toString() })
    if (status !== 200) throw new Error(JSON.stringify(body))
    rows.push(...body.data)
    cursor = body.pagination.next_cursor ?? undefined
    await onPage?.()
  } while (cursor !== undefined)
  return rows
}

/** A client that is given this answer to everything. */
export function scriptedClient(
  answer: (
    url: string,
    method: string,
  ) => { status: number; body: unknown; headers?: Record<string, string> },
  settings: Record<string, string> = {},
): Client {
  let now = start
  const outside = {
    now: () => now,
    sleep: async (ms: number, signal?: AbortSignal) => {
      if (signal) return new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()))
      now += ms
    },
    random: () => 0.5,
    fetch: (url: string, init: FetchInit): Promise<FetchAnswer> => {
      const { status, body, headers = {} } = answer(url, init.method)
      const text = typeof body === 'string' ? body : JSON.stringify(body)
      return Promise.resolve({
        status,
        headers: { get: (name) => headers[name.toLowerCase()] ?? null },
        text: () => Promise.resolve(text),
      })
    },
  }
  const { contract } = connector
  const all = { apiKey: keys.full, baseUrl: 'https://cv.test/v3', ...settings }
  return new Client(contract, all, new Budget(paceOf(contract, all), outside), outside)
}
