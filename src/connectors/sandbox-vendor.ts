import type { Identity } from '../contract/auth.ts'
import type { Refusal } from '../contract/refusal.ts'
import type { Behaviour } from '../contract/server.ts'
import type { WireRequest } from '../contract/wire.ts'
import type { World } from './world.ts'

/** A vendor's side of the sandbox. */
export interface SandboxVendor {
  /** Path prefixes under which the API is served: `/rocketcyber/v3`. */
  mounts: readonly string[]
  /** Host names that lead here too: `api-us.rocketcyber.com`; `*.syncromsp.com` is any one label. */
  hosts: readonly string[]
  /** The contract's further bases, each under prefixes and hosts of its own. */
  surfaces?: Readonly<Record<string, { mounts: readonly string[]; hosts: readonly string[] }>>
  /** Connection settings (without baseUrl) that fit the demo account. */
  settings: Record<string, string>
  open(world: World, options: SandboxOptions): SandboxState
}

export interface SandboxOptions {
  now(): number
  random(): number
  switches: Record<string, string>
}

export interface DemoKey {
  name: string
  value: string
  note: string
  /** Settings of a connection with this key, where they depend on the world. */
  settings?: Record<string, string>
}

/** The state of one vendor's sandbox, and the truth about it that only the score may see. */
export interface SandboxState {
  keys: readonly DemoKey[]
  behaviours: Readonly<Record<string, Behaviour>>
  /** Without a request only the key's own rights are asked for. */
  identify(key: string, request?: WireRequest): Identity | Refusal | undefined
  /** Lets everything happen that the world holds up to now. Called before every request. */
  advance(): void
  headers?(request: WireRequest, requestId: string): Record<string, string>
  newRequestId?(request: WireRequest): string
  /** Ground truth of a detection vendor: what it has shown so far. */
  raised?(): Raised[]
  /** Ground truth of a ticketing vendor: what stands in it. */
  filed?(): Filed[]
  /** How the people of the account work at the vendor's own screen. Needs no key, and no permission is asked for. */
  people?: DeskPeople
}

/** What technicians see and do in a ticketing vendor; tickets and tasks alike. Nothing here goes through the API. */
export interface DeskPeople {
  /** What was made since the sandbox began and still stands, oldest first, closed ones too. */
  tickets(): DeskWork[]
  /** The account's own words, the most urgent first. */
  priorities(): readonly string[]
  /** False when the vendor has no such deed, or there is nothing to do it to any more. */
  act(ticketId: string, deed: Deed): boolean
}

export interface DeskWork {
  id: string
  subject: string
  customerName: string
  /** The vendor's own words. */
  status: string
  priority: string | null
  closed: boolean
  createdAt: number
}

/** `by` is the e-mail address of a technician of the world. */
export type Deed = { by: string } & (
  | { kind: 'answer'; text: string; hidden?: boolean }
  | { kind: 'resolve'; text: string }
  | { kind: 'reopen' }
  /** Into another ticket, which takes over what was said; the merged one is gone. */
  | { kind: 'merge'; into: string }
  | { kind: 'delete' }
  /** To another customer, by its name in the world. */
  | { kind: 'move'; customerName: string }
  | { kind: 'prioritise'; priority: string }
)

/**
 * `reference` is the line that a ticket about it must hold, as `referenceOf` writes it. `attack` is the same for
 * everything that one cause brought about, at whichever vendor; `story` is its kind: `ransomware`, `noise`.
 */
export interface Raised {
  reference: string
  customerName: string
  attack: string
  story: string
  shownAt: number
}

export interface Filed {
  ticketId: string
  customerName: string
  /** Subject and comments. */
  text: string
  comments: { id: string; subject: string; body: string }[]
  /** Closed as a stray of another ticket. */
  folded: boolean
  /** It is not closed now: of a folded one, that somebody has opened it again. */
  open: boolean
  createdAt: number
}

/** How a ticket names what it is about, so that people and the score can walk back: `Source: vendor/feed/id`. */
export function referenceOf(vendor: string, feed: string, vendorId: string): string {
  return `Source: ${vendor}/${feed}/${vendorId}`
}
