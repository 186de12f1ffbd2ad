import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

import { loadConnectors } from '../../src/connectors/registry.ts'
import type { WireRequest } from '../../src/contract/wire.ts'
import { Sandbox } from '../../src/sandbox/sandbox.ts'
import { makeWorld } from '../../src/sandbox/world.ts'
import { listen } from '../../src/surfaces/http.ts'

/** The real program in processes of its own, against a sandbox behind a real port that outlives them. */

/** The line of one detection vendor to its tickets: more vendors would only make each start longer. */
const shortest = ['rocketcyber', 'syncro']
const main = join(import.meta.dirname, '..', '..', 'dist', 'main.js')

/**
 * The clock can be stopped: then nothing new happens, and all must settle. `answered` is told of every request that was
 * carried out, and may hold its answer back.
 */
export async function openSandbox(
  limits: Record<string, string> = {},
  attacksPerCustomerDay = 4500,
  answered: (request: WireRequest) => void | Promise<void> = () => {},
  line: readonly string[] = shortest,
) {
  const clock = { stoppedAt: undefined as number | undefined }
  const now = (): number => clock.stoppedAt ?? Date.now()
  const world = makeWorld({
    seed: 3,
    customers: 6,
    start: now() - 300_000,
    days: 1,
    attacksPerCustomerDay,
  })
  const connectors = (await loadConnectors()).filter(({ contract }) => line.includes(contract.vendor))
  const sandbox = new Sandbox(connectors, world, { now, random: Math.random, sleep: (ms) => sleep(ms) })
  for (const { contract } of connectors) {
    for (const [name, value] of Object.entries(limits)) sandbox.setSwitch(contract.vendor, name, value)
    // Rows say whose they are: to ask would take the hub minutes at its own polite pace.
    sandbox.setSwitch(contract.vendor, 'accountFields', 'present')
  }
  const serve: typeof sandbox.serve = async (request) => {
    const answer = await sandbox.serve(request)
    await answered(request)
    return answer
  }
  const listener = await listen(serve, {
    port: 0,
    host: '127.0.0.1',
    variable: '',
    onError: (trouble) => process.stderr.write(`${JSON.stringify(trouble)}\n`),
  })
  return { sandbox, listener, clock }
}

export interface Running {
  child: ChildProcess
  exited: Promise<number | null>
  /** The address that `up` prints, once it has; all that was told, when it ends without. */
  address: Promise<string>
}

export function run(args: string[], env: Record<string, string>, input = ''): Running {
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

export async function connectAll(
  sandbox: Sandbox,
  origin: string,
  env: Record<string, string>,
  more: Record<string, Record<string, string>> = {},
): Promise<void> {
  for (const { vendor, baseUrl, keys, ...settings } of sandbox.connections(origin)) {
    const flags = Object.entries({ ...settings, ...more[vendor], baseUrl }).map(
      ([name, value]) => `--${name}=${value}`,
    )
    const { exited, address } = run(
      ['connect', vendor, ...flags, '--key-stdin', '--no-check'],
      env,
      keys[0]?.value,
    )
    if ((await exited) !== 0) throw new Error(`connect ${vendor}: ${await address}`)
  }
}
