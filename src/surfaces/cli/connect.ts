import type { Connector } from '../../connectors/connector.ts'
import { Vendors } from '../../pipeline/vendors.ts'
import { connections, putConnection } from '../../store/connections.ts'
import { type Define, command } from './command.ts'
import { openMain, sealingKey } from './data.ts'
import { toStored } from './live.ts'
import { CliError, type Program, exitCodes } from './program.ts'
import {
  fieldFlags,
  keyFlags,
  namedConnector,
  probeAll,
  readSettings,
  refuseKeys,
  reportTable,
  unknownVendor,
} from './settings.ts'

export const define: Define = async (program, raw) => {
  const connector = await namedConnector(program, raw)
  const fields = connector?.contract.settings ?? []
  refuseKeys(raw, fields)
  const about = 'Connect a vendor: checks the settings and the key, then keeps them, the key sealed'
  return command({
    meta: {
      name: 'connect',
      description: connector === undefined ? `${about}. Flags: connect <vendor> --help` : about,
    },
    args: {
      vendor: { type: 'positional', description: 'the vendor', required: true },
      ...fieldFlags(fields),
      ...keyFlags,
      name: { type: 'string', description: 'what to call it', valueHint: 'name' },
      check: {
        type: 'boolean',
        default: true,
        description: 'try the key first',
        negativeDescription: 'save without trying the key',
      },
      force: { type: 'boolean', description: 'save although the key does not work' },
    },
    async run({ args }) {
      if (connector === undefined) throw await unknownVendor(program, args['vendor'])
      const settings = await readSettings(program, connector, args)
      if (args['check']) await check(program, connector, settings, args['force'] === true)
      const name = typeof args['name'] === 'string' ? args['name'] : connector.contract.title
      const id = await save(program, connector, settings, name)
      const next = `"watchfloor up" reads it (one that runs notices within seconds); "watchfloor doctor ${id}" tries it again.`
      program.terminal.out(`Connected as ${id}. ${next}\n`)
    },
  })
}

/** The first probe is the key's; what else is missing is told and does not hinder. */
async function check(
  program: Program,
  connector: Connector,
  settings: Record<string, string>,
  force: boolean,
): Promise<void> {
  const { terminal, outside, newKey } = program
  terminal.err(`Trying the key at ${connector.contract.title} …\n`)
  const now = outside.now()
  const connection = {
    id: `new-${newKey().toString('hex', 0, 4)}`,
    vendor: connector.contract.vendor,
    name: '',
    settings,
    createdAt: now,
  }
  const live = new Vendors([connector], outside).open(connection, {})
  if (live === undefined) return
  const reports = await probeAll(connector, live.client)
  if (reports.some((one) => one.state === 'fail' || one.state === 'warn'))
    terminal.err(reportTable(reports, terminal.columns))
  const [key] = reports
  if (key?.state !== 'fail' || force) return
  throw new CliError(
    'the key does not work, so nothing was saved (--force saves it all the same)',
    exitCodes.unreachable,
  )
}

/** Named after its vendor; a second one gets a number. */
async function save(
  program: Program,
  connector: Connector,
  settings: Record<string, string>,
  name: string,
): Promise<string> {
  const key = sealingKey(program)
  const store = await openMain(program.config())
  try {
    const { vendor } = connector.contract
    const taken = new Set((await connections(store.db)).map((one) => one.id))
    let id = vendor
    for (let n = 2; taken.has(id); n++) id = `${vendor}-${n}`
    await putConnection(
      store.db,
      toStored(connector, settings, { id, name, now: program.outside.now() }, key),
    )
    return id
  } finally {
    await store.close()
  }
}
