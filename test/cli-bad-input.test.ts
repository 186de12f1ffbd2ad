// Whatever is wrong is said in one line that tells how to mend it, with the exit code that the help documents.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { expect, test } from 'vitest'
import { openStore } from '../src/store/store.ts'
import { openShell } from './cli-harness.ts'

test.each<[line: string, said: RegExp]>([
  ['caes', /^watchfloor: no command "caes" \(did you mean "cases"\?\)/],
  ['nonsense', /^watchfloor: no command "nonsense": "watchfloor help" lists them/],
  ['__proto__', /^watchfloor: no command "__proto__"/],
  ['cases --limt 3', /no flag --limt \(did you mean "--limit"\?\)/],
  ['cases --limit', /--limit needs a value/],
  ['cases --limit --json', /--limit needs a value/],
  ['cases --limit many', /--limit "many" is malformed: it must be a whole number from 1/],
  ['cases --status opne', /--status "opne" is not known: use open, resolved/],
  ['cases extra', /cases takes no "extra"/],
  ['case', /ID/],
  ['sandbox --port 70000', /--port "70000" is malformed: it must be a whole number from 0 to 65535/],
  ['simulate --seed -1', /--seed "-1" is malformed/],
  ['simulate --faults some', /use none, all/],
  ['simulate --vendors acme', /--vendors "acme" is not known: use/],
  ['openapi synkro', /no API "synkro" \(did you mean "syncro"\?\)/],
  ['connect acme', /no vendor "acme": use .*rocketcyber.*syncro/],
  ['connect syncro --apiKey T123', /--apiKey is not taken from the command line/],
  ['connect syncro --api-key=T123', /--api-key is not taken from the command line/],
  ['doctor syncro --apiKey T123', /--apiKey is not taken from the command line/],
  ['connect syncro --subdomain acme', /API token is missing: use --key-file or --key-stdin/],
  ['connect syncro --subdomain acme --key-file /nowhere', /key file \/nowhere cannot be read \(ENOENT\)/],
  [
    'connect syncro --subdomain acme.syncromsp.com --key-stdin',
    /subdomain "acme.syncromsp.com" is malformed/,
  ],
  ['connect syncro --key-stdin', /subdomain is missing/],
  ['connect rocketcyber --region mars --key-stdin', /region "mars" is not known: use us, eu, ap/],
  ['connect rocketcyber --base-url ftp://x --key-stdin', /baseUrl "ftp:\/\/x" is malformed/],
  ['customers lnk', /customers has no "lnk" \(did you mean "link"\?\)/],
  ['customers link a', /usage: customers link/],
  ['dead-letters replay', /usage: dead-letters replay <id>/],
])('watchfloor %s', async (line, said) => {
  const { exit, out, err } = await openShell().run(line)
  expect({ exit, out, lines: err.split('\n').length }).toEqual({ exit: 2, out: '', lines: 2 })
  expect(err).toMatch(said)
  expect(err).not.toContain('T123')
})

test.each<[env: Record<string, string>, said: RegExp]>([
  [{ PORT: 'eighty' }, /PORT "eighty" is malformed: it must be a port from 0 to 65535/],
  [{ SANDBOX_PORT: '99999' }, /SANDBOX_PORT "99999" is malformed/],
  [{ LOG: 'loud' }, /LOG "loud" is malformed: it must be one of fatal/],
  [{ WATCHFLOOR_KEY: 'c2hvcnQ=' }, /WATCHFLOOR_KEY is malformed: it must be 32 bytes/],
  [{ DATABASE_URL: 'mysql://root:hunter2@db' }, /DATABASE_URL is malformed: it must be an address such as/],
])('environment %o', async (env, said) => {
  const { exit, err } = await openShell(env).run('cases')
  expect(exit).toBe(2)
  expect(err).toMatch(said)
  expect(err).not.toContain('hunter2')
})

test('a database that cannot be reached', async () => {
  const { exit, err } = await openShell({ DATABASE_URL: 'postgres://u:hunter2@127.0.0.1:1/x' }).run('cases')
  expect({ exit, lines: err.split('\n').length }).toEqual({ exit: 3, lines: 2 })
  expect(err).toMatch(/cannot be reached/)
  expect(err).not.toContain('hunter2')
})

test('no database yet', async () => {
  const { exit, err } = await openShell().run('cases')
  expect({ exit, err }).toEqual({
    exit: 3,
    err: expect.stringMatching(/no database in .*: start "watchfloor up" first/),
  })
})

test('a file in place of the data directory', async () => {
  const shell = openShell()
  writeFileSync(shell.data, '')
  for (const line of ['up', 'connect rocketcyber --no-check --key-stdin']) {
    const { exit, err } = await shell.run(line, { stdin: 'key' })
    expect({ exit, err }).toEqual({
      exit: 3,
      err: expect.stringMatching(/cannot be made \(it is not a directory\)/),
    })
  }
})

test('a database of a newer version', async () => {
  const shell = openShell()
  await emptyDatabase(shell.data)
  const file = new Database(join(shell.data, 'watchfloor.db'))
  file.prepare(`insert into kysely_migration (name, timestamp) values ('9999-later', '2030')`).run()
  file.close()
  const { exit, err } = await shell.run('cases')
  expect({ exit, err }).toEqual({ exit: 3, err: expect.stringMatching(/from a newer version of Watchfloor/) })
})

test('a file that is no database', async () => {
  const shell = openShell()
  mkdirSync(shell.data, { recursive: true })
  writeFileSync(
    join(shell.data, 'watchfloor.db'),
    'not a database at all, but long enough to be looked at as one'.repeat(20),
  )
  const { exit, err } = await shell.run('cases')
  expect({ exit, err }).toEqual({ exit: 3, err: expect.stringMatching(/not a database/) })
})

test.each(['PORT', 'SANDBOX_PORT'])('%s in use', async (name) => {
  const blocker = createServer()
  await new Promise<void>((resolve) => blocker.listen(0, '127.0.0.1', resolve))
  const port = (blocker.address() as AddressInfo).port
  const { exit, err, out } = await openShell({ [name]: String(port) }).run('up')
  blocker.close()
  expect({ exit, out }).toEqual({ exit: 3, out: '' })
  expect(err).toMatch(
    new RegExp(`port ${port} on 127.0.0.1 is in use: stop what uses it, or set ${name} to another`),
  )
})

test('a key file that holds no key', async () => {
  const shell = openShell()
  mkdirSync(shell.data, { recursive: true })
  writeFileSync(join(shell.data, 'key'), 'oops')
  const { exit, err } = await shell.run('connect rocketcyber --no-check --key-stdin', { stdin: 'key' })
  expect({ exit, err }).toEqual({
    exit: 3,
    err: expect.stringMatching(/holds no key: put the right one back/),
  })
})

test('a backup that is not there', async () => {
  const { exit, err } = await openShell().run('restore /nowhere.db')
  expect({ exit, err }).toEqual({ exit: 3, err: expect.stringMatching(/nowhere/) })
})

async function emptyDatabase(data: string): Promise<void> {
  mkdirSync(data, { recursive: true })
  await (await openStore({ kind: 'sqlite', file: join(data, 'watchfloor.db') })).close()
}
