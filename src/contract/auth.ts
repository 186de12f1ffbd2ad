import { Refusal } from './refusal.ts'
import type { WireRequest } from './wire.ts'

/** Who a key stands for, in the sandbox. */
export interface Identity {
  /** Names the credential in limits and logs; never the key itself. */
  name: string
  permissions: 'all' | ReadonlySet<string>
}

/** How a key travels. `sign` uses the one safe form; `check` takes every form that the vendor takes. */
export interface AuthHabit {
  sign(headers: Record<string, string>, settings: Record<string, string>): void
  /** The key in a request, or undefined when there is none. */
  find(request: WireRequest): string | undefined
  /** What the vendor answers to no key or an unknown one. */
  refuse(key: string | undefined): Refusal
}

/** `Authorization: Bearer <key>`, the scheme in any case. */
export function bearer(field = 'apiKey', refuse = unauthorized): AuthHabit {
  return {
    sign(headers, settings) {
      headers['authorization'] = `Bearer ${settings[field] ?? ''}`
    },
    find: (request) => bearerToken(request.headers['authorization']),
    refuse,
  }
}

export function bearerToken(header: string | undefined): string | undefined {
  return /^bearer +(\S+)\s*$/i.exec(header ?? '')?.[1]
}

function unauthorized(): Refusal {
  return new Refusal(401, 'unauthorized', 'Unauthorized')
}
