import type { Client, Outcome } from '../contract/client.ts'
import type { Contract } from '../contract/contract.ts'
import type { Operation } from '../contract/operation.ts'
import type { WriteBackDraft } from '../domain/ticket.ts'
import type { Board } from './board.ts'
import type { Desk } from './desk.ts'
import type { Feed } from './feed.ts'
import type { SandboxVendor } from './sandbox-vendor.ts'

/** A vendor: everything that the rest of the program knows about it. */
export interface Connector {
  contract: Contract
  feeds: readonly Feed[]
  /** Present when the vendor holds tickets. */
  desk?: Desk
  /** Present when what it has raised can be closed there over its interface. */
  origin?: Origin
  /** Present when the vendor holds projects and tasks. */
  board?: Board
  /** What `watchfloor doctor` tries, in order. Never writes. */
  probes: readonly Probe[]
  sandbox: SandboxVendor
  /** Its oddities in Markdown: the registry reads them from the folder's notes.md. */
  notes?: string
}

/** A vendor of findings that can be told what became of them. Off until the connection's settings allow it. */
export interface Origin {
  /** Whose findings can be closed. */
  feeds: readonly string[]
  allowed(settings: Readonly<Record<string, string>>): boolean
  /** Status, and the comment unless it is there. Repeatable. */
  close(client: Client, draft: WriteBackDraft): Promise<Outcome<unknown>>
  /** Whether it stands as the draft wants it, comment included. Throws ApiError. */
  closed(client: Client, draft: WriteBackDraft): Promise<boolean>
}

/** One question to a real connection, asked without side effects. */
export interface Probe {
  name: string
  /** The operation that it leans on, for the report. */
  operation: Operation
  run(client: Client): Promise<ProbeResult>
}

export interface ProbeResult {
  /** `skip`: cannot be asked without writing, or the vendor has no route for it. */
  state: 'ok' | 'warn' | 'fail' | 'skip'
  detail: string
  /** What to do about it. */
  mend?: string
}
