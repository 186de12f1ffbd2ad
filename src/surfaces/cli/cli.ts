import { runCommand } from 'citty'

import { ApiError } from '../../contract/api-error.ts'
import { Refusal } from '../../contract/refusal.ts'
import { commands } from './commands.ts'
import { checkFlags } from './flags.ts'
import { commandHelp, rootHelp } from './help.ts'
import { hint } from './nearest.ts'
import { oneLine } from './table.ts'
import { CliError, type Program, exitCodes } from './program.ts'

/** Runs one command and returns the exit code. Every expected trouble is one line on stderr. */
export async function runCli(argv: readonly string[], program: Program): Promise<number> {
  try {
    return await dispatch(argv, program)
  } catch (error) {
    const exit = exitOf(error)
    const message = error instanceof Error ? error.message : String(error)
    program.terminal.err(`watchfloor: ${oneLine(exit === undefined ? `unexpected: ${message}` : message)}\n`)
    if (isDebug(program)) program.terminal.err(`${error instanceof Error ? error.stack : ''}\n`)
    else if (exit === undefined) program.terminal.err('LOG=debug shows where it happened.\n')
    return exit ?? exitCodes.bad
  }
}

async function dispatch(argv: readonly string[], program: Program): Promise<number> {
  const [first = 'help', ...rest] = argv
  const asksHelp = first === 'help' || first === '--help' || first === '-h'
  const name = asksHelp ? rest[0] : first
  if (first === '--version' || first === '-v' || first === 'version') {
    program.terminal.out(`${program.version}\n`)
    return exitCodes.ok
  }
  if (name === undefined) {
    program.terminal.out(rootHelp(program))
    return exitCodes.ok
  }
  const entry = Object.hasOwn(commands, name) ? commands[name] : undefined
  if (entry === undefined) {
    throw new CliError(
      `no command "${name}"${hint(name, Object.keys(commands))}: "watchfloor help" lists them`,
    )
  }
  const raw = asksHelp ? ['--help'] : rest
  const command = await (await entry.load()).define(program, raw)
  if (raw.some((word) => word === '--help' || word === '-h')) {
    program.terminal.out(await commandHelp(program, command))
    return exitCodes.ok
  }
  // Every define gives its flags as they are, not as a promise or a function.
  checkFlags(name, raw, (command.args ?? {}) as Parameters<typeof checkFlags>[2])
  const { result } = await runCommand(command, { rawArgs: [...raw] })
  return typeof result === 'number' ? result : exitCodes.ok
}

/** Undefined for what nobody expected. By name: an error's class would bring along what it belongs to. */
function exitOf(error: unknown): number | undefined {
  if (error instanceof CliError) return error.exit
  if (error instanceof ApiError) return exitCodes.unreachable
  if (error instanceof Refusal) return exitCodes.usage
  const name = error instanceof Error ? error.name : ''
  if (name === 'CLIError' || name === 'ConfigError' || name === 'RegistryError') return exitCodes.usage
  return name === 'StoreError' || name === 'ListenError' ? exitCodes.unreachable : undefined
}

function isDebug(program: Program): boolean {
  try {
    return program.config().log === 'debug'
  } catch {
    return false // the trouble may be the configuration itself
  }
}
