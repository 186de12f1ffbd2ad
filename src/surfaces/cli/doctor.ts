import type { Connector } from '../../connectors/connector.ts'
import type { Client } from '../../contract/client.ts'
import { Answers } from '../../contract/drift.ts'
import { Vendors } from '../../pipeline/vendors.ts'
import { connections } from '../../store/connections.ts'
import { type Define, command } from './command.ts'
import { sealingKey, withData } from './data.ts'
import { openStored } from './live.ts'
import { driftRows, driftText } from './drift-report.ts'
import { hint } from './nearest.ts'
import { jsonFlag, printJson } from './output.ts'
import { CliError, type Program, exitCodes } from './program.ts'
import {
  fieldFlags,
  keyFlags,
  namedConnector,
  probeAll,
  readSettings,
  refuseKeys,
  reportTable,
} from './settings.ts'
import { vendorsOf } from './vendors.ts'

export const define: Define = async (program, raw) => {
  const connector = await namedConnector(program, raw)
  const fields = connector?.contract.settings ?? []
  refuseKeys(raw, fields)
  const flags = { ...fieldFlags(fields), ...keyFlags }
  return command({
    meta: {
      name: 'doctor',
      description:
        'Try everything that a connection needs, without writing. Exit code 1 when something fails',
    },
    args: {
      connection: {
        type: 'positional',
        description: 'a connection, or a vendor with the flags of "connect"',
        required: true,
      },
      ...flags,
      json: jsonFlag,
    },
    async run({ args }) {
      const unsaved = connector !== undefined && Object.keys(flags).some((name) => args[name] !== undefined)
      const patient = unsaved
        ? await fromFlags(program, connector, args)
        : await fromStore(program, args['connection'])
      return examine(program, patient, args['json'] === true)
    },
  })
}

interface Patient {
  name: string
  connector: Connector
  client: Client
}

async function examine(
  program: Program,
  { name, connector, client }: Patient,
  json: boolean,
): Promise<number> {
  const { terminal } = program
  const total = connector.probes.length
  const onEach = (done: number): void =>
    terminal.err(`\r${done} of ${total} asked${done === total ? '\r\u001b[K' : ''}`)
  const answers = new Answers()
  client.onRead = answers.take
  const reports = await probeAll(
    connector,
    client,
    terminal.columns !== undefined && !json ? onEach : undefined,
  )
  const count = (state: string): number => reports.filter((one) => one.state === state).length
  const vendor = connector.contract.vendor
  if (json) printJson(program, { connection: name, vendor, probes: reports, drift: driftRows(answers) })
  else {
    const asked = total - reports.length
    const left = asked === 0 ? '' : `, ${asked} not asked because the first failed`
    terminal.out(reportTable(reports, terminal.columns))
    terminal.out(
      `\n${name}: ${count('ok')} ok, ${count('fail')} failed, ${count('warn')} to watch, ${count('skip')} skipped${left}\n`,
    )
    terminal.out(driftText(answers, terminal.columns))
  }
  return count('fail') > 0 ? exitCodes.bad : exitCodes.ok
}

async function fromFlags(
  program: Program,
  connector: Connector,
  args: Record<string, unknown>,
): Promise<Patient> {
  const settings = await readSettings(program, connector, args)
  const { vendor, title } = connector.contract
  const connection = { id: vendor, vendor, name: title, settings, createdAt: program.outside.now() }
  const live = new Vendors([connector], program.outside).open(connection, {})
  if (live === undefined) throw new CliError(`no vendor "${vendor}"`)
  return { name: title, connector, client: live.client }
}

/** A connection by its id, or a vendor's only one. */
async function fromStore(program: Program, word: string): Promise<Patient> {
  const vendors = new Vendors(await vendorsOf(program), program.outside)
  return withData(program, async ({ store }) => {
    const all = await connections(store.db)
    const found = all.filter((one) => one.id === word)
    const meant = found.length > 0 ? found : all.filter((one) => one.vendor === word)
    const [only] = meant
    if (meant.length > 1)
      throw new CliError(
        `there are ${meant.length} connections to ${word}: use ${meant.map((one) => one.id).join(' or ')}`,
      )
    if (only === undefined)
      throw notFound(
        word,
        all.map((one) => one.id),
        vendors.names(),
      )
    const live = openStored(vendors, only, sealingKey(program))
    if (live === undefined) throw new CliError(`${only.id} is of a vendor that this program does not know`)
    return { name: only.id, connector: live.connector, client: live.client }
  })
}

function notFound(word: string, ids: string[], vendors: string[]): CliError {
  if (vendors.includes(word)) {
    return new CliError(
      `${word} is not connected: "watchfloor connect ${word}", or try settings with the flags of "doctor ${word} --help"`,
    )
  }
  return new CliError(
    `no connection or vendor "${word}"${hint(word, [...ids, ...vendors])}: "watchfloor connections" lists them`,
  )
}
