// The command line against its own sandbox, from connecting to tickets, as a technician would go.
import { readFileSync, statSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { putDeadLetter } from '../src/store/dead-letters.ts'
import { openStore } from '../src/store/store.ts'
import { nameKey } from '../src/domain/tenant.ts'
import { openShell, until } from './cli-harness.ts'

const sandbox = openShell().start('sandbox --port 0 --customers 3 --json')
const shell = openShell()
let demos: { vendor: string; baseUrl: string; keys: { name: string; value: string }[] }[] = []

beforeAll(async () => {
  demos = await until(() => (sandbox.text().endsWith(']\n') ? JSON.parse(sandbox.text()) : undefined))
})
afterAll(() => sandbox.stop())

const at = (vendor: string) => demos.find((demo) => demo.vendor === vendor)!
const keyOf = (vendor: string, name?: string) =>
  at(vendor).keys.find((key) => name === undefined || key.name === name)!.value

test('help names every command and every exit code; a command explains its flags', async () => {
  const { exit, out } = await shell.run('help')
  expect(exit).toBe(0)
  for (const word of ['up', 'doctor', 'dead-letters', 'WATCHFLOOR_KEY', 'Exit codes', '130'])
    expect(out).toContain(word)
  const own = await shell.run('connect syncro --help')
  expect(own.out).toMatch(/--subdomain=<subdomain>[\s\S]*--key-file=<file>/)
  expect(own.out).not.toMatch(/--api-?key/i)
  expect(own.out).not.toContain('\u001b')
  expect((await shell.run('--version')).out).toBe('0.0.0-test\n')
})

test('a wrong key is not saved, unless it is forced', async () => {
  const line = `connect rocketcyber --base-url ${at('rocketcyber').baseUrl} --key-stdin`
  const { exit, err } = await shell.run(line, { stdin: 'wrong-key-of-mine\n' })
  expect(exit).toBe(3)
  expect(err).toMatch(/key +fail +rocketcyber 401[\s\S]*nothing was saved/)
  expect(err).not.toContain('wrong-key-of-mine')
  expect((await shell.run('connections')).exit).toBe(3)
})

test('a vendor that is not there is told as such', async () => {
  const nobody = await freePort()
  const line = `connect rocketcyber --base-url http://127.0.0.1:${nobody}/v3 --key-stdin`
  const { exit, err } = await shell.run(line, { stdin: 'some-key' })
  expect(exit).toBe(3)
  expect(err).toContain(`127.0.0.1:${nobody} refuses connections`)
})

test('connected: the key is sealed, the settings are shown, the feeds are not green before they are read', async () => {
  for (const vendor of ['rocketcyber', 'syncro']) {
    const line = `connect ${vendor} --base-url ${at(vendor).baseUrl} --key-stdin`
    const { exit, out, err } = await shell.run(line, { stdin: keyOf(vendor) })
    expect({ exit, err }).toEqual({ exit: 0, err: expect.stringContaining('Trying the key') })
    expect(out).toContain(`Connected as ${vendor}.`)
  }
  const files = ['watchfloor.db', 'watchfloor.db-wal'].map((name) => join(shell.data, name))
  const bytes = files
    .map((file) => (statSync(file, { throwIfNoEntry: false }) ? readFileSync(file, 'latin1') : ''))
    .join()
  for (const vendor of ['rocketcyber', 'syncro']) expect(bytes).not.toContain(keyOf(vendor))
  expect(statSync(join(shell.data, 'key')).mode & 0o777).toBe(0o600)
  const { out } = await shell.run('connections')
  expect(out).toMatch(/rocketcyber +rocketcyber +RocketCyber .*customers never, incidents never/)
})

test('another sealing key does not open it', async () => {
  const other = openShell({ WATCHFLOOR_DATA: shell.data, WATCHFLOOR_KEY: 'ab'.repeat(32) })
  const { exit, err } = await other.run('sync')
  expect({ exit, err }).toEqual({
    exit: 3,
    err: expect.stringMatching(/secret key does not open the stored secrets/),
  })
})

test('doctor finds nothing, and finds the permission that is missing', async () => {
  const good = await shell.run('doctor rocketcyber')
  expect(good.out).toMatch(/PROBE +STATE +DETAIL\nkey +ok /)
  expect(good.out).toMatch(/Drift: none\. \d+ rows of \d+ operations are as/)
  expect(good.exit).toBe(0)
  const line = `doctor syncro --base-url ${at('syncro').baseUrl} --key-stdin`
  const bad = await shell.run(line, { stdin: keyOf('syncro', 'Without Tickets - Create') })
  expect(bad.exit).toBe(1)
  expect(bad.out).toMatch(/Tickets - Create +fail[\s\S]*Tick "Tickets - Create" for this token/)
  expect((await shell.run('doctor synkro')).err).toMatch(/did you mean "syncro"/)
})

test('doctor tells what the vendor answers otherwise than its contract says', async () => {
  // With flags, as before connecting: the connection's own budget of requests a minute is left alone.
  const doctor = (flags = '') =>
    shell.run(`doctor rocketcyber --base-url ${at('rocketcyber').baseUrl} --key-stdin${flags}`, {
      stdin: keyOf('rocketcyber'),
    })
  const turn = (name: string, value: string) =>
    fetch(new URL('/_sandbox/switches', at('rocketcyber').baseUrl), {
      method: 'POST',
      body: JSON.stringify({ vendor: 'rocketcyber', name, value }),
    })
  // One doctor after another is more than the vendor grants in a minute.
  await turn('rateLimit', '0')
  await turn('extraFields', 'on')
  await turn('words', 'unknown')
  const { exit, out } = await doctor()
  expect(out).toMatch(/Drift: \d+ differences from the contract/)
  expect(out).toMatch(/GET \/agents +new field +\w+ +1 of 1/)
  expect(out).toMatch(/GET \/agents +new word +connectivity +1 of 1 +"\w+"/)
  expect(exit).toBe(0)
  const { drift } = JSON.parse((await doctor(' --json')).out)
  expect(drift).toContainEqual(expect.objectContaining({ operation: 'GET /agents', kind: 'word', of: 1 }))
  await turn('extraFields', 'off')
  await turn('words', 'known')
  await turn('rateLimit', '60')
})

test('sync: cases, one ticket each, and every list shows them', async () => {
  const { exit, out } = await shell.run('sync')
  expect({ exit, out }).toEqual({
    exit: 0,
    out: expect.stringMatching(/syncro outbox: \d+ changes delivered/),
  })
  const cases = JSON.parse((await shell.run('cases --json --limit 1000')).out)
  expect(cases.length).toBeGreaterThan(4)
  const tickets = cases.map((one: any) => one.ticket.number)
  expect(new Set(tickets).size).toBe(cases.length)
  expect(JSON.parse((await shell.run('tickets --json --limit 1000')).out)).toHaveLength(cases.length)
  const deliveries = JSON.parse((await shell.run('deliveries --json --state sent --limit 1000')).out)
  expect(deliveries.filter((one: any) => one.kind === 'create')).toHaveLength(cases.length)
  const devices = JSON.parse((await shell.run('inventory --json --limit 1000')).out)
  expect(new Set(devices.map((one: any) => one.connection))).toEqual(new Set(['rocketcyber', 'syncro']))
  expect((await shell.run('inventory')).out).toMatch(/NAME +KIND +TENANT +CONNECTION +AS OF\n.+ device +/)
  expect((await shell.run('activities')).out).toMatch(/No activities/)
  expect((await shell.run('deliveries --state ambiguous')).out).toBe('No deliveries.\n')
  const { marker, id } = cases[0]
  for (const reference of [marker.slice(1, -1), marker, id]) {
    expect((await shell.run(['case', reference])).out).toMatch(/first finding of the case[\s\S]*create +sent/)
  }
  const missing = await shell.run('case WF-0000000000')
  expect({ exit: missing.exit, err: missing.err }).toEqual({
    exit: 2,
    err: 'watchfloor: No case WF-0000000000.\n',
  })
})

test('budget: what each command sent counts for the next one, and how late an incident can be is told', async () => {
  const { exit, out } = await shell.run('budget --customers 200')
  expect(exit).toBe(0)
  expect(out).toMatch(/^syncro:address +150 in 60 s/m)
  expect(out).toMatch(/^200 customers: oldest open incident seen at most \d+ s late$/m)
  expect(out).not.toContain(keyOf('syncro'))
  const told = JSON.parse((await shell.run('budget --json')).out)
  const syncro = told.data.find((row: any) => row.name === 'syncro:address')
  // The command is over: its share is given back, but what it sent in the last minute is not.
  expect(syncro).toMatchObject({ shares: [], spent: expect.toSatisfy((sent: number) => sent > 0) })
  const wrong = await shell.run('budget --customers many')
  expect(wrong).toMatchObject({ exit: 2, err: expect.stringContaining('use 1 to 100000') })
})

test('a table keeps to the width of the terminal', async () => {
  const { out } = await shell.run('cases', { columns: 80 })
  expect(Math.max(...out.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80)
  expect(out).toContain('…')
})

test('customers: links by hand, and says what is not there', async () => {
  const customers = JSON.parse((await shell.run('customers --json')).out)
  const one = customers.find((row: any) => row.connection === 'rocketcyber')
  expect(one).toMatchObject({ reason: expect.stringMatching(/^same name, same domain /) })
  expect(nameKey(one.tenant)).toBe(nameKey(one.name))
  const link = (...words: string[]) => shell.run(['customers', 'link', ...words])
  expect((await link('rocketcyber', one.vendor_id, 'none')).out).toContain('Unlinked')
  expect((await link('rocketcyber', one.vendor_id, one.tenant)).out).toContain('Linked; 0 waiting findings')
  expect((await link('rocketcyber', '99', 'none')).err).toMatch(/rocketcyber has no customer "99"/)
  expect((await link('rocketcybr', '99', 'none')).err).toMatch(
    /no connection "rocketcybr" \(did you mean "rocketcyber"\?\)/,
  )
  const unknown = await link('rocketcyber', one.vendor_id, `${one.tenant}x`)
  expect({ exit: unknown.exit, err: unknown.err }).toEqual({
    exit: 2,
    err: expect.stringContaining('did you mean'),
  })
})

test('backup, and restore into another place; never over data by accident', async () => {
  const file = join(shell.data, 'backup.db')
  expect((await shell.run(['backup', file])).exit).toBe(0)
  const refused = await shell.run(['restore', file])
  expect({ exit: refused.exit, err: refused.err }).toEqual({
    exit: 3,
    err: expect.stringMatching(/already holds data/),
  })
  const other = openShell()
  expect((await other.run(['restore', file])).exit).toBe(0)
  expect((await other.run('cases --json')).out).toBe((await shell.run('cases --json')).out)
})

test('dead letters: a replay that succeeds takes the letter away, one that cannot says why', async () => {
  const store = await openStore({ kind: 'sqlite', file: join(shell.data, 'watchfloor.db') })
  const record = await store.db
    .selectFrom('records')
    .select('id')
    .where('feed', '=', 'incidents')
    .executeTakeFirstOrThrow()
  await putDeadLetter(store.db, { stage: 'normalise', ref: record.id, reason: 'odd', body: null }, 1)
  await putDeadLetter(store.db, { stage: 'sync', ref: 'row_1', reason: 'no id', body: '{}' }, 2)
  await store.close()
  const [never, again] = JSON.parse((await shell.run('dead-letters --json')).out)
  expect(await shell.run(['dead-letters', 'replay', again.id])).toMatchObject({
    exit: 0,
    err: '',
    out: expect.stringContaining('1 could be handled'),
  })
  expect(await shell.run(['dead-letters', 'replay', never.id])).toMatchObject({
    exit: 1,
    err: expect.stringContaining('could not be handled again: no id'),
  })
  expect(JSON.parse((await shell.run('dead-letters --json')).out).map((one: any) => one.id)).toEqual([
    never.id,
  ])
  expect((await shell.run('dead-letters replay x')).err).toMatch(/no dead letter "x"/)
})

test('openapi: ours and the vendors’', async () => {
  for (const name of ['watchfloor', 'syncro', 'rocketcyber']) {
    const document = JSON.parse((await shell.run(`openapi ${name}`)).out)
    expect(document).toMatchObject({
      openapi: '3.1.0',
      servers: [{ url: expect.stringMatching(/^https?:/) }],
    })
  }
})

test('simulate ends with a score', async () => {
  const { exit, out } = await shell.run('simulate --customers 2 --days 1 --faults none --json')
  expect({ exit, result: JSON.parse(out) }).toMatchObject({
    exit: 0,
    result: { missed: 0, duplicated: 0, misfiled: 0 },
  })
})

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

test('disconnect', async () => {
  expect((await shell.run('disconnect rocketcyber')).out).toMatch(/rocketcyber is removed/)
  expect((await shell.run('disconnect rocketcyber')).err).toMatch(/no connection "rocketcyber"/)
})
