import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { hostname, userInfo } from 'node:os'
import { join } from 'node:path'

import { type Config, readConfig } from './config.ts'
import type { Outside } from './domain/outside.ts'
import { runCli } from './surfaces/cli/cli.ts'
import type { Program, Terminal } from './surfaces/cli/program.ts'

/** The only file that knows the real clock, chance, network and process; everything else is given them. */
const outside: Outside = {
  now: () => Date.now(),
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted === true) return resolve()
      const done = (): void => {
        clearTimeout(timer)
        signal?.removeEventListener('abort', done)
        resolve()
      }
      const timer = setTimeout(done, Math.min(ms, 2_147_483_647)) // a longer one would fire at once
      signal?.addEventListener('abort', done, { once: true })
    }),
  random: () => Math.random(),
  fetch: (url, init) => fetch(url, init),
}

const terminal: Terminal = {
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
  columns: process.stdout.isTTY ? process.stdout.columns : undefined,
  interactive: process.stdin.isTTY && process.stderr.isTTY,
  async stdin() {
    let text = ''
    for await (const chunk of process.stdin.setEncoding('utf8')) text += chunk
    return text
  },
  async askSecret(question) {
    const { isCancel, password } = await import('@clack/prompts')
    const answer = await password({ message: question, output: process.stderr })
    return isCancel(answer) ? undefined : answer
  },
}

const nonce = randomBytes(4).toString('hex')

/** A process of this machine that no longer runs; a number that came round again shows by the nonce. */
function hasDied(holder: string): boolean {
  const [machine, pid, mark] = holder.split(':')
  if (machine !== hostname() || mark === nonce) return false
  if (Number(pid) === process.pid) return true
  try {
    process.kill(Number(pid), 0)
    return false
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH'
  }
}

/** A container's user may have no name. */
function userName(): string {
  try {
    return userInfo().username
  } catch {
    return `user ${process.getuid?.() ?? 'unknown'}`
  }
}

let config: Config | undefined

const program: Program = {
  version: (
    JSON.parse(readFileSync(join(import.meta.dirname, '..', 'package.json'), 'utf8')) as { version: string }
  ).version,
  outside,
  holder: `${hostname()}:${process.pid}:${nonce}`,
  user: userName(),
  hasDied,
  config: () => (config ??= readConfig()),
  newKey: () => randomBytes(32),
  terminal,
  stopSignal,
}

let stopping: AbortController | undefined

/** The first signal asks, the second ends. Under npm one Ctrl-C arrives twice: from the terminal and from npm. */
function stopSignal(): AbortSignal {
  if (stopping !== undefined) return stopping.signal
  const controller = (stopping = new AbortController())
  let askedAt = 0
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(name, () => {
      if (!controller.signal.aborted) {
        askedAt = Date.now()
        controller.abort()
      } else if (Date.now() - askedAt > 1000) process.exit(130)
    })
  }
  return controller.signal
}

/** A reader that has seen enough (`watchfloor cases | head`) is no error. */
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0)
    throw error
  })
}

const code = await runCli(process.argv.slice(2), program)
// Whatever still waits (a budget's pause, a kept connection) must not keep the process: all that counts is written.
await Promise.all(
  [process.stdout, process.stderr].map((stream) => new Promise((resolve) => stream.write('', resolve))),
)
process.exit(code)
