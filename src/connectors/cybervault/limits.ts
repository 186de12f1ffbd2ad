import type { Identity } from '../../contract/auth.ts'
import { type LimitHabit, type LimitRule, type Pace, retryAfterMs } from '../../contract/limits.ts'
import { Refusal } from '../../contract/refusal.ts'
import type { WireRequest } from '../../contract/wire.ts'
import { type Plan, identityOf } from './keys.ts'

/** Requests a minute by plan. "±15 %" can be read as a bonus or as a malus: the sandbox has both, the client keeps below both. */
const plans: Record<Plan, { read: number; write: number; burst: number }> = {
  starter: { read: 60, write: 20, burst: 15 },
  professional: { read: 300, write: 100, burst: 20 },
  // "Custom": made up for the sandbox.
  enterprise: { read: 3000, write: 1000, burst: 0 },
}

const minute = 60_000

/** As fast as the plan that the form tells. */
export function pace({ plan }: Record<string, string>): Pace {
  return paceOfPlan(plan)
}

export const limits: LimitHabit = {
  pace: paceOfPlan('starter'),
  alsoPaced(op, { plan }) {
    if (op.method === 'GET') return undefined
    return {
      scope: 'credential',
      requests: lower(paced(plan), 'write'),
      windowMs: minute + 1000,
      name: 'write',
    }
  },
  heed(headers, status, now) {
    const asked = retryAfterMs(headers.get('retry-after'), now)
    const reset = Number(headers.get('x-ratelimit-reset') ?? Number.NaN)
    return asked ?? (status === 429 && Number.isFinite(reset) ? Math.max(0, reset * 1000 - now) : undefined)
  },
  learn(headers) {
    const read = (name: string): number => Number(headers.get(`x-ratelimit-${name}`) ?? Number.NaN)
    const [limit, remaining, reset] = [read('limit'), read('remaining'), read('reset')]
    if (![limit, remaining, reset].every(Number.isFinite)) return undefined
    return { limit, remaining, resetAt: reset * 1000 }
  },
  grant(request, switches, identity): LimitRule | undefined {
    const own = switches['plan'] ?? 'own'
    if (own === 'none') return undefined
    const plan = plans[own === 'own' ? planOf(identity) : (own as Plan)] // the switch takes no other word
    const kind = request.method === 'GET' || request.method === 'HEAD' ? 'read' : 'write'
    const critical = switches['criticality'] === 'on' ? criticalOf(request) : undefined
    const percent = switches['burst'] === 'strict' ? 100 - plan.burst : 100 + plan.burst
    const requests = Math.floor((plan[kind] * percent) / (critical === undefined ? 100 : 200))
    return { scope: 'credential', requests, windowMs: minute, name: critical ?? kind }
  },
  refuse(waitMs, switches, now) {
    const seconds = Math.max(1, Math.ceil(waitMs / 1000))
    // A date has no fractions: it must not lie before the wait's end.
    const date = new Date(Math.ceil((now + waitMs) / 1000) * 1000).toUTCString()
    const retryAfter = switches['retryAfter'] === 'date' ? date : String(seconds)
    const headers: Record<string, string> =
      switches['retryAfter'] === 'off' ? {} : { 'retry-after': retryAfter }
    return new Refusal(429, 'rate_limited', `Rate limit reached; try again in ${seconds} s.`, { headers })
  },
  headers({ limit, remaining, resetAt }, _now, switches): Record<string, string> {
    if (switches['rateHeaders'] !== 'on') return {}
    return {
      'x-ratelimit-limit': String(limit),
      'x-ratelimit-remaining': String(remaining),
      'x-ratelimit-reset': String(Math.ceil(resetAt / 1000)),
    }
  },
}

function planOf(identity: Identity | undefined): Plan {
  return identity === undefined ? 'starter' : identityOf({ identity }).plan
}

/** What weighs more at the vendor may have a limit of its own; amounts are unpublished. */
function criticalOf({ method, path }: WireRequest): string | undefined {
  if (method !== 'POST') return undefined
  return ['/threats/analyze', '/response/actions'].find((start) => path.startsWith(start))
}

/** A second on top of the window allows for the way there. */
function paceOfPlan(plan: string | undefined): Pace {
  return {
    scope: 'credential',
    requests: lower(paced(plan), 'read'),
    windowMs: minute + 1000,
    concurrency: 3,
  }
}

/** Nobody knows what a custom plan grants: it is taken to be no less than the largest that is published. */
function paced(plan: string | undefined): Plan {
  return plan === 'enterprise' || plan === 'professional' ? 'professional' : 'starter'
}

function lower(plan: Plan, kind: 'read' | 'write'): number {
  return Math.floor((plans[plan][kind] * (100 - plans[plan].burst)) / 100)
}
