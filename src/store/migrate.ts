import { type Kysely, sql } from 'kysely'
import { type Migration, Migrator } from 'kysely/migration'
import { StoreError } from './errors.ts'
import { migrations } from './migrations/index.ts'

/** Brings a database up to this program, or says why it cannot. Safe when two processes start at once. */
export async function migrate(db: Kysely<any>, known: Record<string, Migration> = migrations): Promise<void> {
  const names = Object.keys(known).sort()
  const done = await applied(db)
  checkVersion(done, names)
  if (done.length === names.length) return
  const { error } = await new Migrator({
    db,
    provider: { getMigrations: async () => known },
  }).migrateToLatest()
  if (!error) return
  // A newer program may have migrated in the meantime.
  checkVersion(await applied(db), names)
  throw error
}

function checkVersion(done: string[], names: string[]): void {
  const newer = done.filter((name) => !names.includes(name)).at(-1)
  if (newer === undefined) return
  throw new StoreError(
    `the database is from a newer version of Watchfloor (it has migration ${newer}, this program knows up to ${names.at(-1)}): ` +
      'upgrade the program or restore a backup',
  )
}

/** The names of the migrations that a database has; none when it is new. */
export async function applied(db: Kysely<any>): Promise<string[]> {
  try {
    return (
      await sql<{ name: string }>`select name from kysely_migration order by name`.execute(db)
    ).rows.map((row) => row.name)
  } catch (error) {
    if (
      error instanceof Error &&
      /no such table|relation "kysely_migration" does not exist/.test(error.message)
    )
      return []
    throw error
  }
}
