import Database from 'better-sqlite3'
import { spawn } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { getMeta, setMeta } from './meta.ts'
import { maskUrl } from './postgres.ts'
import { openStore, type Store, StoreError, type StoreOptions } from './store.ts'
import { forEachEngine, freshPostgres, serverForTests } from './testing.ts'

let directory = ''
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'watchfloor-store-'))
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

async function pause(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 3))
}

forEachEngine((openFresh, engine) => {
  test('transactions that overlap do not mix', async () => {
    const store = await openFresh()
    expect(store.engine).toBe(engine)
    await setMeta(store.db, 'n', 0)
    const add = () =>
      store.transaction(async (tx) => {
        await tx.updateTable('meta').set({ value: 'locked' }).where('key', '=', 'lock').execute()
        await setMeta(tx, 'lock', 1)
        const n = Number(await getMeta(tx, 'n'))
        await pause()
        await setMeta(tx, 'n', n + 1)
      })
    await add()
    await Promise.all([add(), add(), add()])
    expect(await getMeta(store.db, 'n')).toBe(4)
  })

  test('a transaction that throws leaves nothing, and the next one works', async () => {
    const store = await openFresh()
    const failing = store.transaction(async (tx) => {
      await setMeta(tx, 'x', 1)
      throw new Error('no')
    })
    await expect(failing).rejects.toThrow('no')
    expect(await getMeta(store.db, 'x')).toBeUndefined()
    expect(await store.transaction((tx) => setMeta(tx, 'x', 2).then(() => 'done'))).toBe('done')
    expect(await getMeta(store.db, 'x')).toBe(2)
  })
})

describe('sqlite', () => {
  const open: Store[] = []
  const opened = async (options: StoreOptions) => {
    const store = await openStore(options)
    open.push(store)
    return store
  }
  afterEach(async () => {
    await Promise.all(open.splice(0).map((store) => store.close()))
  })
  const refusal = (options: StoreOptions) =>
    openStore(options).then(String, (error) =>
      error instanceof StoreError ? error.message : `not ours: ${error}`,
    )

  test('a query beside the open transaction is an error, where it would wait for ever', async () => {
    const store = await opened({ kind: 'sqlite', database: new Database(':memory:') })
    await expect(store.transaction(() => getMeta(store.db, 'x'))).rejects.toThrow('must use the transaction')
    let later: Promise<unknown> = Promise.resolve()
    await store.transaction(async () => {
      later = pause().then(() => getMeta(store.db, 'x'))
    })
    expect(await later).toBeUndefined()
  })

  test('a handle of the caller stays open, and what died within a transaction on it is gone', async () => {
    const database = new Database(':memory:')
    let dead = false
    const prepare = (text: string) => {
      if (dead) throw new Error('this process is dead')
      return database.prepare(text)
    }
    const first = await openStore({
      kind: 'sqlite',
      database: {
        prepare,
        get inTransaction() {
          return database.inTransaction
        },
      },
    })
    await setMeta(first.db, 'x', 'before')
    const work = first.transaction(async (tx) => {
      await setMeta(tx, 'x', 'half done')
      dead = true
      await setMeta(tx, 'x', 'done')
    })
    await expect(work).rejects.toThrow('dead')
    await first.close()
    expect(await getMeta((await opened({ kind: 'sqlite', database })).db, 'x')).toBe('before')
  })

  test('another process reads while this one writes', async () => {
    const file = join(directory, 'hub.db')
    const store = await opened({ kind: 'sqlite', file })
    await setMeta(store.db, 'x', 'committed')
    const read = await store.transaction(async (tx) => {
      await setMeta(tx, 'x', 'not yet')
      const script = `const { openStore } = await import(${JSON.stringify(join(import.meta.dirname, 'store.ts'))})
        const { getMeta } = await import(${JSON.stringify(join(import.meta.dirname, 'meta.ts'))})
        const store = await openStore({ kind: 'sqlite', file: ${JSON.stringify(file)} })
        console.log(await getMeta(store.db, 'x'))
        await store.close()`
      return output(script)
    })
    expect(read).toBe('committed\n')
    expect(statSync(file).mode & 0o777).toBe(0o600)
  })

  test('two processes that open one new file at once both succeed', async () => {
    const file = join(directory, 'hub.db')
    const script = `const { openStore } = await import(${JSON.stringify(join(import.meta.dirname, 'store.ts'))})
      await (await openStore({ kind: 'sqlite', file: ${JSON.stringify(file)} })).close()
      console.log('ok')`
    expect(await Promise.all([1, 2].map(() => output(script)))).toEqual(['ok\n', 'ok\n'])
  })

  test('a place that cannot be used is told with its mend', async () => {
    const at = (...parts: string[]): StoreOptions => ({ kind: 'sqlite', file: join(directory, ...parts) })
    writeFileSync(join(directory, 'text'), 'this is no database, and long enough to be looked at as one')
    mkdirSync(join(directory, 'folder'))
    expect(await refusal(at('missing', 'hub.db'))).toMatch(
      /data directory .*missing does not exist: create it/,
    )
    expect(await refusal(at('text', 'hub.db'))).toMatch(/is not a directory: name another/)
    expect(await refusal(at('folder'))).toMatch(/is not a file/)
    expect(await refusal(at('text'))).toMatch(
      /this file is not a database: move it away, or restore a backup/,
    )
  })

  test.skipIf(process.getuid?.() === 0)('a place without permission is told with its mend', async () => {
    const file = join(directory, 'hub.db')
    chmodSync(directory, 0o500)
    expect(await refusal({ kind: 'sqlite', file })).toMatch(
      /is read-only for this user: change its owner or permissions/,
    )
    chmodSync(directory, 0o000)
    expect(await refusal({ kind: 'sqlite', file })).toMatch(/cannot be read by this user/)
    chmodSync(directory, 0o700)
  })
})

describe('postgres', () => {
  const refusal = (url: string) =>
    openStore({ kind: 'postgres', url }).then(String, (error) =>
      error instanceof StoreError ? error.message : `not ours: ${error}`,
    )

  test('a server that cannot be used is told with its mend, without the password', async () => {
    const there = new URL((await serverForTests()).url)
    const at = (change: (url: URL) => void): string => {
      const url = new URL(there)
      change(url)
      return url.href
    }
    expect(await refusal('postgres://me:hush@127.0.0.1:1/db')).toBe(
      'postgres://me:***@127.0.0.1:1/db: the server cannot be reached (ECONNREFUSED): start it, or correct the host and port in DATABASE_URL',
    )
    expect(await refusal(at((url) => (url.pathname = '/nowhere')))).toMatch(
      /no such database on the server: create it/,
    )
    expect(await refusal(at((url) => (url.username = 'stranger')))).toMatch(
      /refused the user or the password/,
    )
    const wrong = await refusal(at((url) => (url.password = 'wrong')))
    expect(wrong).toMatch(/refused the user or the password: correct them in DATABASE_URL/)
    expect(wrong).not.toContain('wrong')
    expect(await refusal('postgres://me:hush@host:port/db')).toBe(
      'postgres://me:***@host:port/db: this is not a PostgreSQL address: write postgres://user:password@host:5432/database',
    )
  })

  test('credentials are masked wherever a URL may carry them', () => {
    expect(maskUrl('postgresql://me:a@b:c/d@host/db')).toBe('postgresql://me:***@host/db')
    expect(maskUrl('postgres://host/db?user=me&password=hush&x=1')).toBe(
      'postgres://host/db?user=me&password=***&x=1',
    )
    expect(maskUrl('postgres://host:5432/db')).toBe('postgres://host:5432/db')
  })

  test('a transaction that another process got in the way of runs again', async () => {
    const options = await freshPostgres()
    const [one, two] = await Promise.all([openStore(options), openStore(options)])
    await setMeta(one.db, 'a', 0)
    await setMeta(one.db, 'b', 0)
    const cross = (store: Store, first: string, second: string) =>
      store.transaction(async (tx) => {
        await setMeta(tx, first, 1)
        await pause()
        await setMeta(tx, second, 1)
      })
    await Promise.all([cross(one, 'a', 'b'), cross(two, 'b', 'a')])
    expect([await getMeta(one.db, 'a'), await getMeta(one.db, 'b')]).toEqual([1, 1])
    await Promise.all([one.close(), two.close()])
  })
})

async function output(script: string): Promise<string> {
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const { promise, resolve } = Promise.withResolvers<string>()
  let text = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (part) => (text += part))
  child.on('close', () => resolve(text))
  return promise
}
