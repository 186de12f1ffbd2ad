import type { Identity } from '../../contract/auth.ts'
import type { DemoKey } from '../sandbox-vendor.ts'

/** Organisations and their tokens. */
export interface Organisation {
  id: number
  name: string
}

export interface TokenIdentity extends Identity {
  organisation: Organisation
}

interface Token {
  name: string
  organisation: Organisation
  lastFour: string
  createdAt: number
  lastUsedAt: number | null
}

const demo = [
  {
    name: 'Watchfloor',
    value: 'rk_demo_7f3a1c9e5b2d4860a1f7c3e9b5d28461',
    note: 'the provider’s organisation: every project and resource, as all keys have',
    organisation: 'provider',
  },
  {
    name: 'Other organisation',
    value: 'rk_demo_2b8e6d4f0a1c3957e8b2d6f4a0c19375',
    note: 'another organisation: sees nothing of the first, whose ids are 404',
    organisation: 'other',
  },
  {
    name: 'Deleted',
    value: 'rk_demo_9d1f5b3e7a2c8064d9f1b5e3a7c28046',
    note: 'deleted in the organisation settings: 401 at once',
    organisation: undefined,
  },
] as const

export const demoKeys: readonly DemoKey[] = demo.map(({ name, value, note }) => ({ name, value, note }))

export class Tokens {
  readonly #byValue = new Map<string, Token>()
  readonly #now: () => number

  constructor(organisations: { provider: Organisation; other: Organisation }, now: () => number) {
    this.#now = now
    for (const { name, value, organisation } of demo) {
      if (organisation !== undefined) this.#make(name, value, organisations[organisation])
    }
  }

  #make(name: string, value: string, organisation: Organisation): void {
    const token = { name, organisation, lastFour: value.slice(-4), createdAt: this.#now(), lastUsedAt: null }
    this.#byValue.set(value, token)
  }

  identify(value: string): TokenIdentity | undefined {
    const token = this.#byValue.get(value)
    if (token === undefined) return undefined
    token.lastUsedAt = this.#now()
    return identityOf(token)
  }

  /** The web application answers to anybody. */
  anybody(): TokenIdentity | undefined {
    const [token] = this.#byValue.values()
    return token && identityOf(token)
  }
}

function identityOf({ name, organisation, lastFour }: Token): TokenIdentity {
  return { name: `${organisation.name}: ${name} …${lastFour}`, permissions: 'all', organisation }
}
