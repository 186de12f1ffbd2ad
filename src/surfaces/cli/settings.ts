import { readFileSync } from 'node:fs'

import type { ArgsDef } from 'citty'

import type { Connector, ProbeResult } from '../../connectors/connector.ts'
import { type SettingField, checkSettings } from '../../contract/contract.ts'
import type { Client } from '../../contract/client.ts'
import { hint } from './nearest.ts'
import { CliError, type Program, exitCodes } from './program.ts'
import { table } from './table.ts'
import { vendorsOf } from './vendors.ts'

/** The connection form on the command line: flags for what may be seen, a prompt, a file or stdin for the key. */

export const keyFlags = {
  'key-file': { type: 'string', description: 'read the key from this file', valueHint: 'file' },
  'key-stdin': { type: 'boolean', description: 'read the key from standard input' },
} as const satisfies ArgsDef

/** The vendor that a command line names, if it names one. */
export async function namedConnector(
  program: Program,
  raw: readonly string[],
): Promise<Connector | undefined> {
  const word = raw[0]
  if (word === undefined || word.startsWith('-')) return undefined
  return (await vendorsOf(program)).find((one) => one.contract.vendor === word)
}

export async function unknownVendor(program: Program, word: string): Promise<CliError> {
  const names = (await vendorsOf(program)).map((one) => one.contract.vendor)
  return new CliError(`no vendor "${word}"${hint(word, names)}: use ${names.join(', ')}`)
}

/** A flag for each field of the form that is no secret. */
export function fieldFlags(fields: readonly SettingField[]): ArgsDef {
  return Object.fromEntries(
    fields
      .filter((field) => field.secret !== true)
      .map(
        (field) =>
          [
            kebab(field.name),
            { type: 'string', description: aboutOf(field), valueHint: field.name },
          ] as const,
      ),
  )
}

function aboutOf({ help, options, default: usual }: SettingField): string {
  const choice = options === undefined ? '' : ` (${options.join(', ')})`
  return `${help}${choice}${usual === undefined ? '' : ` Default: ${usual}.`}`
}

/** A key on the command line ends in the shell's history and in the list of processes. */
export function refuseKeys(raw: readonly string[], fields: readonly SettingField[]): void {
  for (const field of fields.filter((one) => one.secret === true)) {
    const names = [`--${field.name}`, `--${kebab(field.name)}`]
    const given = raw.find((word) => names.includes(word.split('=')[0] ?? ''))
    if (given === undefined) continue
    const mend = 'leave it out to be asked for it, or use --key-file or --key-stdin'
    throw new CliError(
      `${given.split('=')[0]} is not taken from the command line, where others can read it: ${mend}`,
    )
  }
}

/** Checked settings from the flags and the key's source. */
export async function readSettings(
  program: Program,
  { contract }: Connector,
  args: Record<string, unknown>,
): Promise<Record<string, string>> {
  const given: Record<string, string> = {}
  for (const field of contract.settings) {
    const value = field.secret === true ? undefined : (args[kebab(field.name)] ?? args[field.name])
    if (typeof value === 'string') given[field.name] = value
  }
  const secret = contract.settings.find((field) => field.secret === true)
  // What is wrong with the rest is said before a key is asked for.
  const early = checkSettings(contract, given).problems.filter(
    (problem) => !problem.startsWith(`${secret?.name} `),
  )
  if (early.length > 0) throw new CliError(early.join('; '))
  if (secret !== undefined) given[secret.name] = await readKey(program, secret, args)
  const { settings, problems } = checkSettings(contract, given)
  if (problems.length > 0) throw new CliError(problems.join('; '))
  return settings
}

async function readKey(
  { terminal }: Program,
  field: SettingField,
  args: Record<string, unknown>,
): Promise<string> {
  const file = args['key-file']
  if (typeof file === 'string') return readKeyFile(file)
  if (args['key-stdin'] === true) return (await terminal.stdin()).trim()
  if (!terminal.interactive)
    throw new CliError(`${field.label} is missing: use --key-file or --key-stdin (${field.help})`)
  const answer = await terminal.askSecret(`${field.label} (${field.help})`)
  if (answer === undefined) throw new CliError('nothing was saved', exitCodes.interrupted)
  return answer.trim()
}

function readKeyFile(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim()
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException // fs throws nothing else
    throw new CliError(`the key file ${file} cannot be read (${code}): name another`)
  }
}

export interface Report extends ProbeResult {
  probe: string
  operation: string
}

/** Asks every probe in order. When the first fails, nothing else can be asked. */
export async function probeAll(
  connector: Connector,
  client: Client,
  onEach?: (done: number) => void,
): Promise<Report[]> {
  const reports: Report[] = []
  for (const { name, operation, run } of connector.probes) {
    const result = await run(client)
    reports.push({ probe: name, operation: `${operation.method} ${operation.path}`, ...result })
    onEach?.(reports.length)
    if (reports.length === 1 && result.state === 'fail') break
  }
  return reports
}

export function reportTable(reports: readonly Report[], width: number | undefined): string {
  const rows = table(reports, width, [
    { title: 'probe', of: (row) => row.probe },
    { title: 'state', of: (row) => row.state },
    { title: 'detail', of: (row) => row.detail, flex: true },
  ])
  // A mend is never cut: it is what the reader came for.
  const mends = reports.filter((row) => row.mend !== undefined && row.state !== 'ok')
  const distinct = [...Map.groupBy(mends, (row) => row.mend ?? '')]
  return `${rows}${distinct.length === 0 ? '' : '\n'}${distinct.map(([mend, of]) => `${of.map((row) => row.probe).join(', ')}:\n  ${mend}\n`).join('')}`
}

function kebab(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
}
