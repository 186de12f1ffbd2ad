import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

import { beforeAll, describe, expect, test } from 'vitest'

import { ensureBuilt } from '../bin/prepare.mjs'
import type { Sandbox } from '../src/sandbox/sandbox.ts'
import { score } from '../src/simulation/score.ts'
import { freshPostgres } from '../src/store/testing.ts'
import { connectAll, openSandbox, run } from './support/real-hub.ts'

/**
 * The real program against a sandbox behind a real port, killed with SIGKILL at random moments while incidents arrive.
 * The sandbox lives in this process, so it outlives the hub; its clock is stopped at the end, and then all must settle.
 */

const kills = 20

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
      const { sandbox, listener, clock } = await openSandbox({ rateLimit: '0' })
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
