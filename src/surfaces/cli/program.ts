import type { Config } from '../../config.ts'
import type { Outside } from '../../domain/outside.ts'

/** What a command is given: the world outside, the terminal and the configuration. */
export interface Program {
  version: string
  outside: Outside
  /** Names this process in leases. */
  holder: string
  /** Who runs it, as the operating system calls them: decisions are kept under this name. */
  user: string
  /** Whether another process, by its name in leases, is known to be gone. One on another machine never is. */
  hasDied(holder: string): boolean
  /** Throws a ConfigError. */
  config(): Config
  /** 32 random bytes. */
  newKey(): Buffer
  terminal: Terminal
  /** Aborts at the first request to stop; the second ends the process. Without a call the first ends it. */
  stopSignal(): AbortSignal
}

export interface Terminal {
  out(text: string): void
  err(text: string): void
  /** Width of the terminal; undefined when the output goes elsewhere. */
  columns: number | undefined
  /** A person is there to be asked. */
  interactive: boolean
  stdin(): Promise<string>
  /** Asks for a secret without showing it; undefined when the person gives up. */
  askSecret(question: string): Promise<string | undefined>
}

export const exitCodes = {
  ok: 0,
  /** The answer is bad: doctor found faults, a simulation was not clean, a feed failed. */
  bad: 1,
  /** Usage or configuration. */
  usage: 2,
  /** Cannot reach or open: database, port, vendor. */
  unreachable: 3,
  interrupted: 130,
} as const

/** Something to tell in one line. */
export class CliError extends Error {
  override name = 'CliError'
  readonly exit: number

  constructor(message: string, exit: number = exitCodes.usage) {
    super(message)
    this.exit = exit
  }
}
