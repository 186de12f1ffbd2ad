import type { Origin } from '../connectors/connector.ts'
import { ApiError } from '../contract/api-error.ts'
import type { WriteBackDraft } from '../domain/ticket.ts'
import type { StoredChange } from '../store/ticket-changes.ts'
import type { Carried, Carrier, Done } from './carrier.ts'
import type { Live } from './vendors.ts'

/** Tells the vendor of a finding what became of it. Repeatable; what came of an unclear request is read. */
export function originCarrier(live: Live, origin: Origin): Carrier {
  return {
    visibilityMs: 0,
    async carry({ payload }): Promise<Carried> {
      const draft = payload as WriteBackDraft // its kind chose this carrier
      try {
        const outcome = await origin.close(live.client, draft)
        return outcome.ok ? { done: { vendorId: draft.findingId } } : { error: outcome.error }
      } catch (error) {
        // It looks before it writes: a look that failed has written nothing.
        if (error instanceof ApiError) return { error }
        throw error
      }
    },
    async lookUp({ payload }: StoredChange): Promise<Done | undefined> {
      const draft = payload as WriteBackDraft // its kind chose this carrier
      return (await origin.closed(live.client, draft)) ? { vendorId: draft.findingId } : undefined
    },
  }
}
