import { type ChangeKind, type ChangePlan, type TicketChange, changeIdOf } from '../domain/ticket.ts'
import type { Db } from '../store/store.ts'
import { changeKey, lastVersions, putChanges } from '../store/ticket-changes.ts'

/** Changes as they are decided, each with the next version of its kind; kept together, in the caller's transaction. */
export class ChangeList {
  readonly #tx: Db
  readonly #now: number
  readonly #versions: Map<string, number>
  readonly #changes: TicketChange[] = []

  private constructor(tx: Db, now: number, versions: Map<string, number>) {
    this.#tx = tx
    this.#now = now
    this.#versions = versions
  }

  /** `known`: the cases that may have changes already; those that are not among them have none. */
  static async open(tx: Db, known: string[], now: number): Promise<ChangeList> {
    return new ChangeList(tx, now, known.length === 0 ? new Map() : await lastVersions(tx, known))
  }

  /** Whether one of this kind was ever decided for the case. */
  has(caseId: string, kind: ChangeKind): boolean {
    return this.#versions.has(changeKey(caseId, kind))
  }

  /** `plan` is given the change's id, which its marker is made of, and its version. */
  add(
    caseId: string,
    connectionId: string,
    kind: ChangeKind,
    plan: (id: string, version: number) => ChangePlan,
  ): void {
    const key = changeKey(caseId, kind)
    const version = (this.#versions.get(key) ?? 0) + 1
    this.#versions.set(key, version)
    const id = changeIdOf(caseId, kind, version)
    this.#changes.push({
      id,
      caseId,
      connectionId,
      kind,
      version,
      payload: plan(id, version),
      state: 'pending',
      attempts: 0,
      lookups: 0,
      ambiguities: 0,
      settledByLookup: false,
      dueAt: this.#now,
      sentAt: null,
      vendorId: null,
      error: null,
      createdAt: this.#now,
    })
  }

  async put(): Promise<void> {
    await putChanges(this.#tx, this.#changes)
  }
}
