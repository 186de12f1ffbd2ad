import * as budgets from '../../api/handlers/budgets.ts'
import * as cases from '../../api/handlers/cases.ts'
import * as customers from '../../api/handlers/customers.ts'
import * as deliveries from '../../api/handlers/deliveries.ts'
import * as health from '../../api/handlers/health.ts'
import { contractAt } from '../../api/contract.ts'
import { createApi } from '../../api/serve.ts'
import type { Connector } from '../../connectors/connector.ts'
import { Refusal } from '../../contract/refusal.ts'
import type { Log } from '../../pipeline/hub.ts'
import { type Listener, listen } from '../http.ts'
import { casePage } from '../case-page.ts'
import { statusPage } from '../page.ts'
import { createWeb } from '../web.ts'
import { feedsFrom } from './ask.ts'
import type { Program } from './program.ts'
import type { Session } from './session.ts'

/** What the hub's port answers from: the session of the moment. */
export interface Desk {
  session: Session | undefined
  connectors: readonly Connector[]
  log: Log
}

export async function serveHub({ outside }: Program, desk: Desk, port: number): Promise<Listener> {
  const feedsOf = feedsFrom(desk.connectors)
  const ask = () => {
    if (desk.session === undefined) throw new Error('the hub is starting or stopping')
    return { db: desk.session.store.db, now: outside.now(), feedsOf }
  }
  const page = async (): Promise<string> => {
    const asked = ask()
    const [state, rows, sent, unsettled] = await Promise.all([
      health.get(asked),
      cases.list(asked, { limit: 25 }),
      budgets.list(asked, {}),
      Promise.all(
        (['ambiguous', 'refused', 'pending'] as const).map((one) =>
          deliveries.list(asked, { state: one, limit: 10 }),
        ),
      ),
    ])
    const open = unsettled.flatMap((one) => one.data)
    const undecided = state.quarantined + state.doubtful_customers > 0 ? await customers.all(asked) : []
    return statusPage({
      health: state,
      cases: rows.data,
      deliveries: open,
      budgets: sent,
      waiting: undecided.filter((one) => one.quarantined > 0 || one.doubt).slice(0, 25),
      demo: desk.session?.demo === true,
      now: asked.now,
    })
  }
  const pageOf = async (id: string): Promise<string | undefined> => {
    const asked = ask()
    try {
      return casePage(await cases.get(asked, id), asked.now)
    } catch (error) {
      if (error instanceof Refusal) return undefined
      throw error
    }
  }
  const reference = async (name: string): Promise<string | undefined> => {
    const { referenceFor } = await import('../reference-page.ts')
    const vendors = desk.connectors.map(({ contract, notes = '' }) => ({ contract, notes }))
    return referenceFor(
      [{ contract: contractAt(listener.origin), notes: '' }, ...vendors],
      name,
      '/reference',
    )
  }
  const onError = (error: unknown): void => desk.log('error', 'a request failed', { reason: String(error) })
  // The port may have been left to the system: who we are is known once we listen.
  let api: ReturnType<typeof createApi> | undefined
  const web = createWeb({
    api: (request) =>
      (api ??= createApi({ origin: listener.origin, ask, random: () => outside.random(), onError }))(request),
    page,
    casePage: pageOf,
    reference,
  })
  const listener = await listen(web, {
    port,
    host: '127.0.0.1',
    variable: 'PORT',
    onError: (trouble) => desk.log('error', 'a request failed', trouble),
  })
  return listener
}
