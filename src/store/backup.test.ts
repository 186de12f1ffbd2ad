import Database from 'better-sqlite3'
import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { toRecord } from '../domain/record.ts'
import { backup } from './backup.ts'
import { putCases } from './cases.ts'
import { setMeta, getMeta } from './meta.ts'
import { countRecords, putRecords } from './records.ts'
import { restore } from './restore.ts'
import { openStore, type Store } from './store.ts'
import { tableNames } from './tables.ts'
import { caseOf, forEachEngine, freshPostgres, ticket, ticketChange } from './testing.ts'
import { putChanges } from './ticket-changes.ts'
import { putTicket } from './tickets.ts'

let directory = ''
let file = ''
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'watchfloor-backup-'))
  file = join(directory, 'backup.db')
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

async function fill({ db }: Store): Promise<void> {
  const seed = { customerId: null, time: 1_700_000_000_000, open: true }
  await putRecords(
    db,
    Array.from({ length: 1100 }, (_, i) =>
      toRecord('con', 'f', { ...seed, vendorId: `${i}`, body: `{"é":${i}}` }, 5),
    ),
  )
  await putCases(db, [caseOf('c1')])
  await putTicket(db, ticket('t1'))
  await putChanges(db, [ticketChange('chg')])
  await setMeta(db, 'x', 1)
}

async function contents({ db }: Store): Promise<unknown> {
  const all: Record<string, unknown[]> = {}
  for (const table of tableNames)
    all[table] = (await db.selectFrom(table).selectAll().execute())
      .map((row) => JSON.stringify(row, Object.keys(row).sort()))
      .sort()
  return all
}

forEachEngine((openFresh) => {
  test('a backup restores into either engine, row for row', async () => {
    const store = await openFresh()
    await fill(store)
    await backup(store, file)
    expect(readdirSync(directory)).toEqual(['backup.db'])
    expect(statSync(file).mode & 0o777).toBe(0o600)
    const before = await contents(store)
    for (const options of [
      { kind: 'sqlite', file: join(directory, 'hub.db') } as const,
      await freshPostgres(),
    ]) {
      await restore(file, options)
      const restored = await openStore(options)
      expect(await contents(restored)).toEqual(before)
      await restored.close()
    }
  })

  test('a backup that is taken while the hub writes is of one moment', async () => {
    const store = await openFresh()
    await fill(store)
    const hub = { stopped: false }
    const writing = (async () => {
      for (let n = 0; !hub.stopped; n++) {
        await store.transaction(async (tx) => {
          await setMeta(tx, 'left', n)
          await putCases(tx, [caseOf(`n${n}`)])
          await setMeta(tx, 'right', n)
        })
        await new Promise((resolve) => setImmediate(resolve))
      }
    })()
    await backup(store, file)
    hub.stopped = true
    await writing
    await restore(file, { kind: 'sqlite', file: join(directory, 'hub.db') })
    const restored = await openStore({ kind: 'sqlite', file: join(directory, 'hub.db') })
    expect(await getMeta(restored.db, 'left')).toBe(await getMeta(restored.db, 'right'))
    await restored.close()
  })
})

test('a database that holds data is replaced only by force', async () => {
  const options = { kind: 'sqlite', file: join(directory, 'hub.db') } as const
  const store = await openStore(options)
  await fill(store)
  await backup(store, file)
  await setMeta(store.db, 'x', 'newer')
  await expect(restore(file, options)).rejects.toThrow(/already holds data \(1100 rows in records\)/)
  expect(await getMeta(store.db, 'x')).toBe('newer')
  await restore(file, options, { force: true })
  expect(await getMeta(store.db, 'x')).toBe(1)
  await expect(backup(store, options.file)).rejects.toThrow('is the database itself')
  await expect(backup(store, join(directory, 'missing', 'b.db'))).rejects.toThrow('check the place')
  await store.close()
})

test('a restore that fails halfway changes nothing', async () => {
  const options = await freshPostgres()
  const store = await openStore({ kind: 'sqlite', file: join(directory, 'source.db') })
  await fill(store)
  await backup(store, file)
  await store.close()
  const broken = new Database(file)
  broken.exec(
    'drop table meta; create table meta (key text, value text); insert into meta values (null, null)',
  )
  broken.close()
  const target = await openStore(options)
  await fill(target)
  const before = await contents(target)
  await expect(restore(file, options, { force: true })).rejects.toThrow('null')
  expect(await contents(target)).toEqual(before)
  await target.close()
})

test('a file that is damaged, foreign or from a newer program is refused before anything is touched', async () => {
  const options = { kind: 'sqlite', file: join(directory, 'hub.db') } as const
  const store = await openStore(options)
  await fill(store)
  await backup(store, file)
  await store.close()

  const damaged = join(directory, 'damaged.db')
  copyFileSync(file, damaged)
  truncateSync(damaged, statSync(damaged).size - 20_480)
  await expect(restore(damaged, options, { force: true })).rejects.toThrow(/damaged/)

  const foreign = join(directory, 'foreign.db')
  new Database(foreign).exec('create table t (x)').close()
  await expect(restore(foreign, options, { force: true })).rejects.toThrow('no backup of Watchfloor')
  writeFileSync(foreign, 'this is some other file, of a length that is worth a look')
  await expect(restore(foreign, options, { force: true })).rejects.toThrow('not a database')
  await expect(restore(join(directory, 'missing'), options)).rejects.toThrow('does not exist')

  const newer = new Database(file)
  newer.exec(`insert into kysely_migration values ('9999-later', '2026-01-01T00:00:00.000Z')`)
  newer.close()
  await expect(restore(file, options, { force: true })).rejects.toThrow('newer version of Watchfloor')
  expect(existsSync(`${file}-wal`)).toBe(false)

  const untouched = await openStore(options)
  expect(await countRecords(untouched.db)).toBe(1100)
  await untouched.close()
})
