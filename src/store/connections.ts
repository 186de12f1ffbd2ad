import type { Connection } from '../domain/connection.ts'
import type { Db } from './engine.ts'
import { insertMany } from './insert.ts'
import { decode, encode } from './json.ts'

export interface ConnectionRow {
  id: string
  vendor: string
  name: string
  settings: string
  secrets: string
  created_at: number
}

/** A Connection with its secrets as `seal` wrote them. */
export interface StoredConnection extends Connection {
  secrets: string
}

export async function putConnection(db: Db, connection: StoredConnection): Promise<void> {
  await insertMany(db, 'connections', [toRow(connection)], {
    on: ['id'],
    set: ['name', 'settings', 'secrets'],
  })
}

export async function connections(db: Db): Promise<StoredConnection[]> {
  const rows = await db.selectFrom('connections').selectAll().orderBy('created_at').orderBy('id').execute()
  return rows.map(fromRow)
}

export async function connection(db: Db, id: string): Promise<StoredConnection | undefined> {
  const row = await db.selectFrom('connections').selectAll().where('id', '=', id).executeTakeFirst()
  return row && fromRow(row)
}

/** Removes the credentials and how far they were used to read; what was read through them stays. */
export async function removeConnection(db: Db, id: string): Promise<void> {
  for (const table of ['cursors', 'runs', 'coverage', 'gaps', 'horizons'] as const)
    await db.deleteFrom(table).where('connection_id', '=', id).execute()
  await db.deleteFrom('connections').where('id', '=', id).execute()
}

function toRow({ id, vendor, name, settings, secrets, createdAt }: StoredConnection): ConnectionRow {
  return { id, vendor, name, settings: encode(settings), secrets, created_at: createdAt }
}

function fromRow({ id, vendor, name, settings, secrets, created_at }: ConnectionRow): StoredConnection {
  return { id, vendor, name, settings: decode(settings), secrets, createdAt: created_at }
}
