/**
 * start: from `npm start` listening to the first ticket in the sandbox's desk, and the memory that it holds then.
 * Usage: npm run bench -- start [rounds]
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, readdirSync } from 'node:fs'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

import manifest from '../package.json' with { type: 'json' }
import { inTemp, median, report } from './support.ts'

const rounds = Number(process.argv[2] ?? 3)
const root = join(import.meta.dirname, '..')
const patienceMs = 60_000

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo // a TCP server has one
  server.close()
  return port
}

/** Polls until there is an answer, or until patience ends. */
async function until<T>(ask: () => Promise<T | undefined>): Promise<T> {
  for (const end = performance.now() + patienceMs; performance.now() < end; await sleep(5)) {
    const answer = await ask().catch(() => undefined)
    if (answer !== undefined) return answer
  }
  throw new Error(`nothing came within ${patienceMs / 1000} s`)
}

/** Resident MiB of a process and all that it has started. */
function residentMiB(pid: number): number {
  const children = readdirSync('/proc').filter((name) => /^\d+$/.test(name) && parentOf(name) === pid)
  const kib = Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0)
  return kib / 1024 + children.reduce((sum, child) => sum + residentMiB(Number(child)), 0)
}

function parentOf(pid: string): number | undefined {
  try {
    return Number(/PPid:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1])
  } catch {
    return undefined // it has ended meanwhile
  }
}

async function startOnce(): Promise<{ listening: number; ticket: number; mib: number }> {
  return inTemp(async (directory) => {
    const [port, sandboxPort] = [await freePort(), await freePort()]
    const env = {
      ...process.env,
      WATCHFLOOR_DATA: directory,
      PORT: String(port),
      SANDBOX_PORT: String(sandboxPort),
    }
    const begun = performance.now()
    // Its own words: what npm itself takes is not ours.
    const { start } = manifest.scripts
    const child: ChildProcess = spawn('sh', ['-c', start], { cwd: root, env, stdio: 'ignore' })
    try {
      const truth = `http://127.0.0.1:${sandboxPort}/_sandbox/truth`
      await until(async () => (await fetch(truth.replace('truth', 'requests'))).ok || undefined)
      const listening = performance.now()
      await until(async () => {
        const { filed } = (await (await fetch(truth)).json()) as { filed: { text: string }[] } // our own sandbox's form
        return filed.some((ticket) => ticket.text.includes('[WF-')) || undefined
      })
      const ticket = performance.now()
      await sleep(2000)
      return { listening: listening - begun, ticket: ticket - listening, mib: residentMiB(child.pid ?? 0) }
    } finally {
      child.kill('SIGTERM')
      await once(child, 'exit')
    }
  })
}

const runs = []
for (let round = 0; round < rounds; round++) {
  const run = await startOnce()
  runs.push(run)
  const { listening, ticket, mib } = run
  console.log(
    `start: listening after ${listening.toFixed(0)} ms, first ticket ${ticket.toFixed(0)} ms later, ${mib.toFixed(0)} MiB`,
  )
}
report(
  'start',
  'from listening to the first ticket',
  median(runs.map((run) => run.ticket)) / 1000,
  'at most',
  1,
  ' s',
)
report('start', 'resident', median(runs.map((run) => run.mib)), 'at most', 150, ' MiB')
