// Runs the command line in this process: its own environment, terminal and signals, the real network on 127.0.0.1.
import { randomBytes } from 'node:crypto'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readConfig } from '../src/config.ts'
import { runCli } from '../src/surfaces/cli/cli.ts'
import type { Program } from '../src/surfaces/cli/program.ts'

export interface Shell {
  data: string
  env: Record<string, string>
  /** Runs one command to its end. */
  run(line: string | string[], input?: { stdin?: string; columns?: number }): Promise<Ran>
  /** Runs one that only ends when it is stopped. */
  start(line: string): { text(): string; stop(): Promise<Ran> }
}

export interface Ran {
  exit: number
  out: string
  err: string
}

export function openShell(env: Record<string, string> = {}): Shell {
  const data = join(mkdtempSync(join(tmpdir(), 'watchfloor-cli-')), 'data')
  const own: Record<string, string> = { WATCHFLOOR_DATA: data, PORT: '0', SANDBOX_PORT: '0', ...env }
  const begin = (line: string | string[], input: { stdin?: string; columns?: number } = {}) => {
    const said = { out: '', err: '' }
    const stopping = new AbortController()
    const program = programFor(own, said, stopping.signal, input)
    const ended = runCli(typeof line === 'string' ? line.split(' ') : line, program)
    return { said, stopping, ended }
  }
  return {
    data,
    env: own,
    async run(line, input) {
      const { said, ended } = begin(line, input)
      const exit = await ended
      return { exit, ...said }
    },
    start(line) {
      const { said, stopping, ended } = begin(line)
      return {
        text: () => said.out,
        async stop() {
          stopping.abort()
          const exit = await ended
          return { exit, ...said }
        },
      }
    },
  }
}

function programFor(
  env: Record<string, string>,
  said: { out: string; err: string },
  stop: AbortSignal,
  { stdin, columns }: { stdin?: string; columns?: number },
): Program {
  return {
    version: '0.0.0-test',
    outside: {
      now: () => Date.now(),
      sleep: (ms, signal) =>
        new Promise((resolve) => {
          // A pause between attempts, which nobody can end, need not be waited for; a time-out must not come early.
          const timer = setTimeout(resolve, signal ? ms : Math.min(ms, 20))
          signal?.addEventListener('abort', () => (clearTimeout(timer), resolve()), { once: true })
          if (signal?.aborted) resolve()
        }),
      random: () => Math.random(),
      fetch: (url, init) => fetch(url, init),
    },
    holder: `test:${randomBytes(4).toString('hex')}`,
    user: 'kim',
    hasDied: () => false,
    config: () => readConfig(env),
    newKey: () => randomBytes(32),
    terminal: {
      out: (text) => void (said.out += text),
      err: (text) => void (said.err += text),
      columns,
      interactive: false,
      stdin: async () => stdin ?? '',
      askSecret: async () => undefined,
    },
    stopSignal: () => stop,
  }
}

/** Until `find` finds something, or ten seconds. */
export async function until<T>(find: () => T | undefined | Promise<T | undefined>): Promise<T> {
  for (let left = 400; left > 0; left--) {
    const found = await find()
    if (found !== undefined) return found
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
  throw new Error('it did not come')
}
