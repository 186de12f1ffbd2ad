import { stripVTControlCharacters } from 'node:util'

import { type CommandDef, renderUsage } from 'citty'

import { commands } from './commands.ts'
import type { Program } from './program.ts'

const environment = [
  ['WATCHFLOOR_DATA', 'data directory (./data)'],
  ['PORT', 'status page and API, on this machine only (4400)'],
  ['SANDBOX_PORT', 'sandbox, on this machine only (4500)'],
  ['DATABASE_URL', 'postgres://… instead of the embedded database'],
  ['WATCHFLOOR_KEY', 'seals stored API keys: 32 bytes in base64 or hex (else <data>/key, made at first use)'],
  ['WATCHFLOOR_CONNECTORS', 'a folder that holds folders of further vendors'],
  ['LOG', 'fatal, error, warn, info, debug, trace: JSON lines on stderr'],
] as const

const exits = [
  ['0', 'ok'],
  ['1', 'the answer is bad: doctor found faults, a simulation was not clean, a read was incomplete'],
  ['2', 'usage or configuration'],
  ['3', 'cannot reach or open: database, port, vendor'],
  ['130', 'interrupted'],
] as const

export function rootHelp({ version }: Program): string {
  const names = Object.entries(commands).map(([name, { about }]) => [name, about] as const)
  return [
    `Watchfloor ${version}: security vendors’ incidents become cases and exactly one ticket each.`,
    '',
    'Usage: watchfloor <command> [flags]     watchfloor <command> --help',
    '',
    ...section('Commands', names),
    ...section('Environment', environment),
    ...section('Exit codes', exits),
  ].join('\n')
}

export async function commandHelp(program: Program, command: CommandDef): Promise<string> {
  const text = `${await renderUsage(command, { meta: { name: 'watchfloor' } })}\n`
  return program.terminal.columns === undefined ? stripVTControlCharacters(text) : text
}

function section(title: string, rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(...rows.map(([name]) => name.length))
  return [title, ...rows.map(([name, about]) => `  ${name.padEnd(width)}  ${about}`), '']
}
