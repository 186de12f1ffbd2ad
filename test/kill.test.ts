import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

import { beforeAll, describe, expect, test } from 'vitest'

import { ensureBuilt } from '../bin/prepare.mjs'
import { loadConnectors } from '../src/connectors/registry.ts'
import { Sandbox } from '../src/sandbox/sandbox.ts'
import { makeWorld } from '../src/sandbox/world.ts'
import { score } from '../src/simulation/score.ts'
import { freshPostgres } from '../src/store/testing.ts'
import { listen } from '../src/surfaces/http.ts'

/**
 * The real program against a sandbox behind a real port, killed with SIGKILL at random moments while incidents arrive.
 * The sandbox lives in this process, so it outlives the hub; its clock is stopped at the end, and then all must settle.
 */

const kills = 20
const line = ['rocketcyber', 'syncro']
const main = join(import.meta.dirname, '..', 'dist', 'main.js')

async function openSandbox() {
  const clock = { stoppedAt: undefined as number | undefined }
  const now = (): number => clock.stoppedAt ?? Date.now()
  const world = makeWorld({
    seed: 3,
    customers: 6,
    start: now() - 300_000,
    days: 1,
    attacksPerCustomerDay: 4500,
  })
  // The line of one detection vendor to its tickets: more vendors would only make each start longer.
  const connectors = (await loadConnectors()).filter(({ contract }) => line.includes(contract.vendor))
  const sandbox = new Sandbox(connectors, world, { now, random: Math.random, sleep: (ms) => sleep(ms) })
  // Each life begins with a fresh budget; what is tested here is not politeness.
  for (const { contract } of connectors) {
    sandbox.setSwitch(contract.vendor, 'rateLimit', '0')
    // Rows say whose they are: to ask would take the hub minutes at its own polite pace.
    sandbox.setSwitch(contract.vendor, 'accountFields', 'present')
  }
  const listener = await listen((request) => sandbox.serve(request), {
    port: 0,
    host: '127.0.0.1',
    variable: '',
  })
  return { sandbox, listener, clock }
}

interface Running {
  child: ChildProcess
  exited: Promise<number | null>
  /** The address that `up` prints, once it has; all that was told, when it ends without. */
  address: Promise<string>
}

function run(args: string[], env: Record<string, string>, input = ''): Running {
  const child = spawn(process.execPath, [main, ...args], { env: { ...process.env, ...env }, stdio: 'pipe' })
  child.stdin.end(input)
  const exited = once(child, 'exit').then(([code]) => code as number | null)
  let told = ''
  const address = new Promise<string>((resolve) => {
    const listenTo = (chunk: unknown): void => {
      told += String(chunk)
      const found = /http:\/\/127\.0\.0\.1:\d+/.exec(told)?.[0]
      if (found !== undefined) resolve(found)
    }
    child.stdout.on('data', listenTo)
    child.stderr.on('data', listenTo)
    void exited.then(() => resolve(told))
  })
  return { child, exited, address }
}

async function connectAll(sandbox: Sandbox, origin: string, env: Record<string, string>): Promise<void> {
  for (const { vendor, baseUrl, keys, ...settings } of sandbox.connections(origin)) {
    const flags = Object.entries({ ...settings, baseUrl }).map(([name, value]) => `--${name}=${value}`)
    const { exited, address } = run(
      ['connect', vendor, ...flags, '--key-stdin', '--no-check'],
      env,
      keys[0]?.value,
    )
    if ((await exited) !== 0) throw new Error(`connect ${vendor}: ${await address}`)
  }
}

async function idsAt(address: string | undefined): Promise<string[]> {
  try {
    const ids: string[] = []
    for (const list of ['cases', 'tickets']) {
      const answer = await fetch(`${address}/v3/${list}?limit=200`)
      const { data } = (await answer.json()) as { data: Record<string, string>[] }
      ids.push(
        ...data.map(
          (row) => `${list} ${Object.entries(row).find(([name]) => /^(id|.*_id)$/.test(name))?.[1]}`,
        ),
      )
    }
    return ids
  } catch {
    return [] // it was not up yet, or it is gone already
  }
}

/** What an API answer had shown must be there after every crash. */
async function lives(env: Record<string, string>): Promise<Set<string>> {
  const acknowledged = new Set<string>()
  for (let i = 0; i < kills; i++) {
    const { child, exited, address } = run(['up', '--no-sandbox'], env)
    // Every other life ends while it is still starting, the rest at work.
    if (i % 2 === 0) await sleep(300 + Math.random() * 1200)
    else {
      const known = await address
      await sleep(Math.random() * 2500)
      for (const id of await idsAt(known)) acknowledged.add(id)
    }
    child.kill('SIGKILL')
    await exited
  }
  return acknowledged
}

async function settle(sandbox: Sandbox): Promise<ReturnType<typeof score>> {
  for (let i = 0; i < 200; i++) {
    await sleep(1000)
    const found = score(sandbox.truth())
    if (found.missed === 0) return found
  }
  return score(sandbox.truth())
}

beforeAll(() => ensureBuilt(), 60_000)

describe.concurrent('killed with SIGKILL at random moments, 20 times', () => {
  test.each(['sqlite', 'postgres'])(
    'on %s every incident has one ticket in the end',
    { timeout: 240_000 },
    async (engine) => {
      const data = mkdtempSync(join(tmpdir(), 'watchfloor-kill-'))
      const database = await (engine === 'postgres' ? freshPostgres() : undefined)
      const env = { WATCHFLOOR_DATA: data, PORT: '0', LOG: '', DATABASE_URL: database?.url ?? '' }
      const { sandbox, listener, clock } = await openSandbox()
      await connectAll(sandbox, listener.origin, env)

      const acknowledged = await lives(env)
      clock.stoppedAt = Date.now()
      const last = run(['up', '--no-sandbox'], env)
      const found = await settle(sandbox)
      const shown = new Set(await idsAt(await last.address))

      last.child.kill('SIGTERM')
      await last.exited
      await listener.close()
      rmSync(data, { recursive: true })
      expect(found).toMatchObject({ missed: 0, duplicated: 0, misfiled: 0 })
      expect(found.incidents).toBeGreaterThan(40)
      expect(acknowledged.size).toBeGreaterThan(10)
      expect([...acknowledged].filter((id) => !shown.has(id))).toEqual([])
    },
  )
})
