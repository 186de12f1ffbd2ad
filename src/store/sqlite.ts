import { AsyncLocalStorage } from 'node:async_hooks'
import {
  CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  type QueryResult,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely'
import { remembered } from '../domain/remembered.ts'
import { StoreError } from './errors.ts'

/** The part of better-sqlite3 that the store uses. */
export interface SqliteHandle {
  prepare(text: string): SqliteStatement
  readonly inTransaction?: boolean
  /** The connection behind a handle that wraps another's: one connection, one transaction at a time. */
  readonly root?: SqliteHandle
}

export interface SqliteStatement {
  readonly reader: boolean
  all(parameters?: unknown): unknown[]
  run(parameters?: unknown): { changes: number | bigint }
}

/** One statement for many rows. */
export interface Batch extends CompiledQuery {
  readonly batch: readonly (readonly unknown[])[]
}

/**
 * Kysely's SQLite dialect with four differences: a statement is planned once, transactions begin IMMEDIATE (a reader
 * that turns writer fails at once under WAL, whatever the busy timeout), a Batch runs in one call, and waiting for
 * oneself is an error.
 */
export function sqliteDialect(handle: SqliteHandle, close: () => void): Dialect {
  return {
    createAdapter: () => new Adapter(),
    createDriver: () => sqliteDriver(handle, close),
    createIntrospector: (db) => new SqliteIntrospector(db),
    createQueryCompiler: () => new Compiler(),
  }
}

class Compiler extends SqliteQueryCompiler {
  /** With a bare `?` in a condition SQLite plans the statement anew at every binding, which takes longer than to run it. */
  protected override getCurrentParameterPlaceholder(): string {
    return '+?'
  }
}

class Adapter extends SqliteAdapter {
  // The driver below queues by itself, because Kysely's own queue cannot tell a transaction that waits for itself.
  override get supportsMultipleConnections(): boolean {
    return true
  }
  // True of SQLite: the IMMEDIATE transaction is what keeps two migrating processes apart.
  override get supportsTransactionalDdl(): boolean {
    return true
  }
}

function sqliteDriver(handle: SqliteHandle, close: () => void): Driver {
  const connection = sqliteConnection(handle)
  const run = async (text: string) => void (await connection.executeQuery(CompiledQuery.raw(text)))
  const turns = turnsOf(handle.root ?? handle)
  let release = () => {}
  return {
    async init() {},
    async acquireConnection() {
      const outer = transactions.getStore()
      if (outer?.open && outer.handle === handle)
        throw new StoreError('a query inside a transaction must use the transaction')
      const before = turns.last
      const turn = Promise.withResolvers<void>()
      turns.last = turn.promise
      await before
      release = turn.resolve
      return connection
    },
    async releaseConnection() {
      release()
    },
    beginTransaction: () => run('begin immediate'),
    commitTransaction: () => run('commit'),
    async rollbackTransaction() {
      // SQLite has already rolled back by itself when the disk was full.
      if (handle.inTransaction !== false) await run('rollback')
    },
    async destroy() {
      close()
    },
  }
}

const queues = new WeakMap<SqliteHandle, { last: Promise<void> }>()

/** Whoever uses the same connection waits in the same queue. */
function turnsOf(root: SqliteHandle): { last: Promise<void> } {
  const turns = queues.get(root) ?? { last: Promise.resolve() }
  queues.set(root, turns)
  return turns
}

function sqliteConnection(handle: SqliteHandle): DatabaseConnection {
  return {
    async executeQuery<R>(query: CompiledQuery | Batch): Promise<QueryResult<R>> {
      const statement = handle.prepare(query.sql)
      if ('batch' in query) {
        for (const parameters of query.batch) statement.run(parameters)
        return { rows: [] }
      }
      // Kysely has typed the row from the tables, which the migrations keep true.
      if (statement.reader) return { rows: statement.all(query.parameters) as R[] }
      return { rows: [], numAffectedRows: BigInt(statement.run(query.parameters).changes) }
    },
    streamQuery() {
      throw new StoreError('streaming is not used')
    },
  }
}

const transactions = new AsyncLocalStorage<{ handle: SqliteHandle; open: boolean }>()

/** Runs a transaction's function so that a query beside the transaction throws, where it would wait for ever. */
export async function guarded<T>(handle: SqliteHandle, fn: () => Promise<T>): Promise<T> {
  const mark = { handle, open: true }
  try {
    return await transactions.run(mark, fn)
  } finally {
    mark.open = false
  }
}

/** Keeps prepared statements: their texts are few, because lists are one parameter. */
export function keepStatements(database: SqliteHandle): SqliteHandle {
  return {
    get inTransaction() {
      return database.inTransaction
    },
    prepare: remembered(500, (text) => database.prepare(text)),
  }
}
