import type { Connector, Probe } from '../../../../src/connectors/connector.ts'
import { contract, listAccounts } from './api.ts'
import { accounts, alerts } from './feeds.ts'
import { sandbox } from './sandbox.ts'

const key: Probe = {
  name: 'key',
  operation: listAccounts,
  async run(client) {
    const outcome = await client.try(listAccounts)
    if (outcome.ok) return { state: 'ok', detail: 'the key is good' }
    return { state: 'fail', detail: outcome.error.line, mend: 'Use the key that the sandbox names.' }
  },
}

/**
 * A made-up detection vendor with the simplest feed there is: alerts in order, asked for after the last one seen. It
 * mends nothing by itself (no overlap, no second reading), so a fault of the engine shows at once in the score.
 */
const plain: Connector = { contract, feeds: [accounts, alerts], probes: [key], sandbox }

export default plain
