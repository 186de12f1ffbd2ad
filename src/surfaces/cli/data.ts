import { existsSync, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

import type { Config } from '../../config.ts'
import { connections } from '../../store/connections.ts'
import { type Store, type StoreOptions, openStore } from '../../store/store.ts'
import { CliError, type Program, exitCodes } from './program.ts'

/**
 * What lies in the data directory: `watchfloor.db`, `key`, and `demo.db` while nothing is connected. The demo has a
 * database of its own, so that made-up cases never stand beside real ones; it begins anew with every start, as the
 * sandbox does.
 */
export interface Data {
  store: Store
  demo: boolean
}

/** The database to read from: the demo's as long as nothing is connected. */
async function openData(config: Config): Promise<Data> {
  const main = hasMain(config) ? await openMain(config) : undefined
  if (main !== undefined) {
    if (!hasDemo(config) || (await connections(main.db)).length > 0) return { store: main, demo: false }
    await main.close()
  }
  if (hasDemo(config))
    return { store: await openStore({ kind: 'sqlite', file: demoFile(config) }), demo: true }
  const mend = 'start "watchfloor up" first, or set WATCHFLOOR_DATA'
  throw new CliError(`there is no database in ${resolve(config.data)}: ${mend}`, exitCodes.unreachable)
}

/** Opens the data for one command and closes it again. People are told when they look at the demo. */
export async function withData<T>(program: Program, work: (data: Data) => Promise<T>): Promise<T> {
  const data = await openData(program.config())
  const { terminal } = program
  if (data.demo && terminal.columns !== undefined) terminal.err('(the demo: no vendor is connected yet)\n')
  try {
    return await work(data)
  } finally {
    await data.store.close()
  }
}

/** Whether there is a database that may hold connections, without making one. */
export function hasMain(config: Config): boolean {
  return config.databaseUrl !== undefined || existsSync(mainFile(config))
}

/** The real database, made when it is not there. */
export async function openMain(config: Config): Promise<Store> {
  return openStore(mainOptions(config))
}

export function mainOptions(config: Config): StoreOptions {
  if (config.databaseUrl !== undefined) return { kind: 'postgres', url: config.databaseUrl }
  makeDirectory(config)
  return { kind: 'sqlite', file: mainFile(config) }
}

export async function openFreshDemo(config: Config): Promise<Store> {
  makeDirectory(config)
  forgetDemo(config)
  return openStore({ kind: 'sqlite', file: demoFile(config) })
}

export function forgetDemo(config: Config): void {
  for (const end of ['', '-wal', '-shm']) rmSync(demoFile(config) + end, { force: true })
}

/** WATCHFLOOR_KEY, or the key file, which is made at first use and readable by this user alone. */
export function sealingKey({ config, newKey }: Pick<Program, 'config' | 'newKey'>): Buffer {
  const own = config()
  if (own.key !== undefined) return own.key
  makeDirectory(own)
  const file = join(own.data, 'key')
  if (!existsSync(file)) makeKeyFile(file, newKey())
  const key = Buffer.from(readFileSync(file, 'utf8').trim(), 'base64')
  if (key.length === 32) return key
  throw new CliError(
    `${file} holds no key: put the right one back, or set WATCHFLOOR_KEY`,
    exitCodes.unreachable,
  )
}

/** Two processes may make it at once: the first that links its file wins, and nobody sees half a key. */
function makeKeyFile(file: string, key: Buffer): void {
  const own = `${file}.${key.toString('hex', 0, 4)}`
  writeFileSync(own, `${key.toString('base64')}\n`, { mode: 0o600 })
  try {
    linkSync(own, file)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error // fs throws nothing else
  } finally {
    rmSync(own)
  }
}

export function makeDirectory({ data }: Config): void {
  try {
    mkdirSync(data, { recursive: true, mode: 0o700 })
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException // fs throws nothing else
    const why = code === 'EEXIST' || code === 'ENOTDIR' ? 'it is not a directory' : `${code}`
    const mend = 'name another with WATCHFLOOR_DATA, or mend its place'
    throw new CliError(
      `the data directory ${resolve(data)} cannot be made (${why}): ${mend}`,
      exitCodes.unreachable,
    )
  }
}

function hasDemo(config: Config): boolean {
  return existsSync(demoFile(config))
}

function mainFile({ data }: Config): string {
  return join(data, 'watchfloor.db')
}

function demoFile({ data }: Config): string {
  return join(data, 'demo.db')
}
