import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

import { beforeAll, expect, test } from 'vitest'

import { ensureBuilt } from '../bin/prepare.mjs'
import { score } from '../src/simulation/score.ts'
import { freshPostgres } from '../src/store/testing.ts'
import { openProxy } from './support/proxy.ts'
import { connectAll, openSandbox, run } from './support/real-hub.ts'

/**
 * Two real hubs on one PostgreSQL. One loses its database without a word for longer than a lease lives, with requests on
 * their way; the other is killed again and again, and takes over. Both lose the ticketing vendor for a while. In the
 * end every incident has one ticket, and together they never sent more than the vendor grants one.
 */

const kills = 4
/** Longer than a lease. */
const partitionMs = 33_000
const granted = { rocketcyber: 60, syncro: 180 }

beforeAll(() => ensureBuilt(), 60_000)

test('one killed, one cut off: nothing doubled, and one budget', { timeout: 180_000 }, async () => {
  const data = mkdtempSync(join(tmpdir(), 'watchfloor-partition-'))
  const { url } = await freshPostgres()
  const database = new URL(url)
  const toDatabase = await openProxy({ host: database.hostname, port: Number(database.port) })
  const answers: { vendor: string; status: number; at: number }[] = []
  const { sandbox, listener, clock } = await openSandbox({}, 2000, (path, status) => {
    answers.push({ vendor: path.split('/')[1] ?? '', status, at: Date.now() })
  })
  const toVendors = await openProxy({ host: '127.0.0.1', port: Number(new URL(listener.origin).port) })
  const direct = { WATCHFLOOR_DATA: data, PORT: '0', LOG: '', DATABASE_URL: url }
  database.port = String(toDatabase.port)
  const behindProxy = { ...direct, DATABASE_URL: database.href }
  await connectAll(sandbox, `http://127.0.0.1:${toVendors.port}`, direct)

  const [cutOff, killed] = [run(['up', '--no-sandbox'], behindProxy), run(['up', '--no-sandbox'], direct)]
  await Promise.all([cutOff.address, killed.address])
  await sleep(4000 + Math.random() * 2000)
  toDatabase.cut()
  const mended = sleep(partitionMs).then(() => toDatabase.mend())
  let other = killed
  for (let i = 0; i < kills; i++) {
    await sleep(1000 + Math.random() * 4000)
    other.child.kill('SIGKILL')
    await other.exited
    other = run(['up', '--no-sandbox'], direct)
  }
  await mended
  toVendors.cut()
  await sleep(3000)
  toVendors.mend()
  clock.stoppedAt = Date.now()
  // A start reads everything at once; the next turn of each feed may be minutes away.
  other.child.kill('SIGTERM')
  await other.exited
  other = run(['up', '--no-sandbox'], direct)
  let found = score(sandbox.truth())
  for (let i = 0; i < 120 && found.missed > 0; i++) {
    await sleep(1000)
    found = score(sandbox.truth())
  }
  for (const hub of [cutOff, other]) hub.child.kill('SIGTERM')
  await Promise.all([cutOff.exited, other.exited])
  await listener.close()
  for (const proxy of [toDatabase, toVendors]) proxy.close()
  rmSync(data, { recursive: true })

  expect(found).toMatchObject({ missed: 0, duplicated: 0, misfiled: 0 })
  expect(found.incidents).toBeGreaterThan(20)
  expect(answers.filter(({ status }) => status === 429)).toEqual([])
  for (const [vendor, limit] of Object.entries(granted)) {
    const times = answers.filter((one) => one.vendor === vendor).map(({ at }) => at)
    const most = Math.max(...times.map((at) => times.filter((one) => one >= at && one < at + 60_000).length))
    expect(most).toBeLessThanOrEqual(limit)
  }
})
