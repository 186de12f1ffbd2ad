// `watchfloor up`: the demo by itself, the status page, and a stop that leaves nothing held.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { expect, test } from 'vitest'
import { openShell, until } from './cli-harness.ts'

test('without a connection it shows the demo: tickets in seconds, the page, and a clean stop', async () => {
  const shell = openShell()
  const up = shell.start('up')
  const origin = await until(() => /status +(http:\S+)/.exec(up.text())?.[1])
  await until(() => /First ticket after [\d.]+ s/.exec(up.text()) ?? undefined)
  const cases = await until(async () => {
    const { data } = await json(`${origin}/v3/cases?limit=200`)
    return data.length >= 5 && data.every((one: any) => one.ticket !== null) ? data : undefined
  })
  const page = await (await fetch(origin)).text()
  expect(page).toContain('This is the demo')
  expect(page).toContain(cases[0].marker.slice(1, -1))
  expect(await (await fetch(`${origin}/cases/${cases[0].id}`)).text()).toContain('first finding of the case')
  expect((await fetch(`${origin}/cases/nope`)).status).toBe(404)
  expect((await shell.run('cases', { columns: 100 })).err).toContain('(the demo: no vendor is connected yet)')

  const { exit, err } = await up.stop()
  expect({ exit, err }).toEqual({ exit: 0, err: '' })
  expect(existsSync(join(shell.data, 'watchfloor.db'))).toBe(false)
  const file = new Database(join(shell.data, 'demo.db'), { readonly: true })
  expect(file.prepare('select name from leases where expires_at > 0').all()).toEqual([])
  file.close()
})

test('a connection that is made while it runs ends the demo', async () => {
  const shell = openShell()
  const up = shell.start('up')
  const origin = await until(() => /status +(http:\S+)/.exec(up.text())?.[1])
  const sandbox = await until(() => /sandbox +(http:\S+)/.exec(up.text())?.[1])
  const [first] = (await json(`${sandbox}/_sandbox/connections`)) as {
    vendor: string
    baseUrl: string
    keys: { value: string }[]
  }[]
  const line = `connect ${first!.vendor} --base-url ${first!.baseUrl} --key-stdin`
  expect((await shell.run(line, { stdin: first!.keys[0]!.value })).exit).toBe(0)
  await until(() => (up.text().includes('The connections have changed') ? true : undefined))
  const feeds = await until(async () => {
    const health = await json(`${origin}/v3/system/health`)
    return health.feeds?.every((feed: any) => feed.state === 'ok') ? health.feeds : undefined
  })
  expect(new Set(feeds.map((feed: any) => feed.connection))).toEqual(new Set([first!.vendor]))
  expect((await up.stop()).exit).toBe(0)
  expect(existsSync(join(shell.data, 'demo.db'))).toBe(false)
})

async function json(url: string): Promise<any> {
  return (await fetch(url)).json()
}
