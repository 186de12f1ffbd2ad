/**
 * sandbox: requests/s of a stateful paged list (50 rows, key checked, query validated) over loopback, beside a bare
 * node:http server that answers the same bytes. Each server has a process; the load comes from wrk where it is installed.
 * Usage: npm run bench -- sandbox [seconds] [rounds]
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { Agent, createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'

import { loadConnectors } from '../src/connectors/registry.ts'
import { Sandbox } from '../src/sandbox/sandbox.ts'
import { makeWorld } from '../src/sandbox/world.ts'
import { listen } from '../src/surfaces/http.ts'
import { median, report } from './support.ts'

const connections = 32
const path = '/rocketcyber/v3/incidents?page=3&pageSize=50&sort=createdAt:asc&status=open'
const headers = { authorization: 'Bearer rc-demo-provider-key' }

/** Roles of the child processes. */
const roles: Record<string, (...args: string[]) => Promise<void>> = {
  async sandbox() {
    const day = 86_400_000
    const start = Date.now() - 30 * day
    const world = makeWorld({ seed: 1, customers: 20, start, days: 30 })
    const outside = { now: Date.now, random: Math.random, sleep: () => Promise.resolve() }
    const sandbox = new Sandbox(await loadConnectors(), world, outside)
    sandbox.setSwitch('rocketcyber', 'rateLimit', '0')
    const { origin } = await listen((one) => sandbox.serve(one), {
      port: 0,
      host: '127.0.0.1',
      variable: 'PORT',
      onError: (trouble) => console.error(trouble),
    })
    console.log(origin)
  },
  async bare(url = '') {
    const answer = await fetch(url, { headers })
    if (answer.status !== 200)
      throw new Error(`the sandbox answers ${answer.status}: the bench measures nothing`)
    const body = await answer.text()
    const type = answer.headers.get('content-type') ?? ''
    const server = createServer((_request, response) => {
      response.writeHead(200, { 'content-type': type, 'content-length': Buffer.byteLength(body) }).end(body)
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo // a TCP server has one
    console.log(`http://127.0.0.1:${port}`)
  },
  /** Where there is no wrk. */
  async load(url = '', seconds = '3') {
    const agent = new Agent({ keepAlive: true, maxSockets: connections })
    const end = performance.now() + Number(seconds) * 1000
    let count = 0
    const one = (): Promise<void> =>
      new Promise((resolve, reject) => {
        const sent = request(url, { agent, headers }, (answer) =>
          answer.resume().on('end', resolve).on('error', reject),
        )
        sent.on('error', reject).end()
      })
    const worker = async (): Promise<void> => {
      for (; performance.now() < end; count++) await one()
    }
    await Promise.all(Array.from({ length: connections }, worker))
    console.log(count / Number(seconds))
    agent.destroy()
  },
}

async function spawned(...args: string[]): Promise<{ line: string; child: ChildProcess }> {
  const child = spawn(process.execPath, [import.meta.filename, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [chunk] = (await once(child.stdout, 'data')) as [Buffer] // the first line, which is all that it prints
  return { line: String(chunk).trim(), child }
}

const hasWrk = spawnSync('wrk', ['-v']).error === undefined

async function requestsPerSecond(url: string, seconds: number): Promise<number> {
  if (!hasWrk) return Number((await spawned('load', url, String(seconds))).line)
  const args = [
    '-t1',
    `-c${connections}`,
    `-d${seconds}s`,
    '-H',
    `authorization: ${headers.authorization}`,
    url,
  ]
  const { stdout } = spawnSync('wrk', args, { encoding: 'utf8' })
  return Number(/Requests\/sec:\s+([\d.]+)/.exec(stdout)?.[1])
}

async function compare(seconds: number, rounds: number): Promise<void> {
  const sandbox = await spawned('sandbox')
  const bare = await spawned('bare', sandbox.line + path)
  const ratios: number[] = []
  for (let round = 0; round <= rounds; round++) {
    const own = await requestsPerSecond(sandbox.line + path, round === 0 ? 1 : seconds)
    const floor = await requestsPerSecond(bare.line + path, round === 0 ? 1 : seconds)
    if (round === 0) continue // both are warm now
    ratios.push(own / floor)
    console.log(
      `sandbox: ${own.toFixed(0)}/s, bare ${floor.toFixed(0)}/s, ratio ${(own / floor).toFixed(2)}${hasWrk ? '' : ' (no wrk: the load itself is the limit)'}`,
    )
  }
  sandbox.child.kill()
  bare.child.kill()
  report('sandbox', 'of a bare server with the same bytes', median(ratios), 'at least', 0.6)
}

const role = roles[process.argv[2] ?? '']
if (role === undefined) await compare(Number(process.argv[2] ?? 3), Number(process.argv[3] ?? 3))
else await role(...process.argv.slice(3))
