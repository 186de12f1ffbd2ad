import { sql } from 'kysely'
import type { Db } from './engine.ts'

export interface LeaseRow {
  name: string
  holder: string
  /** Rises by one whenever the lease is taken anew; a renewal keeps it. */
  fence: number
  expires_at: number
}

/** Takes or renews a lease in one statement, which is what makes it right when two processes try at once. */
export async function acquireLease(
  db: Db,
  name: string,
  holder: string,
  ttlMs: number,
  now: number,
): Promise<{ fence: number } | undefined> {
  const query = sql<{ fence: number }>`
    insert into leases (name, holder, fence, expires_at) values (${name}, ${holder}, 1, ${now + ttlMs})
    on conflict (name) do update set
      fence = case when leases.holder = excluded.holder and leases.expires_at > ${now} then leases.fence else leases.fence + 1 end,
      holder = excluded.holder,
      expires_at = excluded.expires_at
    where leases.holder = excluded.holder or leases.expires_at <= ${now}
    returning fence`
  return (await query.execute(db)).rows[0]
}

export async function holdsLease(
  db: Db,
  name: string,
  holder: string,
  fence: number,
  now: number,
): Promise<boolean> {
  const query = db.selectFrom('leases').select('name').where('name', '=', name).where('holder', '=', holder)
  return (
    (await query.where('fence', '=', fence).where('expires_at', '>', now).executeTakeFirst()) !== undefined
  )
}

/** Extends a lease, also one that expired meanwhile, as long as nobody has taken it; tells whether it did. */
export async function renewLease(
  db: Db,
  name: string,
  holder: string,
  fence: number,
  expiresAt: number,
): Promise<boolean> {
  const query = db.updateTable('leases').set({ expires_at: expiresAt }).where('name', '=', name)
  const result = await query.where('holder', '=', holder).where('fence', '=', fence).executeTakeFirst()
  return result.numUpdatedRows > 0n
}

/** Gives a lease back. Its row stays, so that the next fence is higher. */
export async function releaseLease(db: Db, name: string, holder: string, fence: number): Promise<void> {
  const query = db.updateTable('leases').set({ expires_at: 0 }).where('name', '=', name)
  await query.where('holder', '=', holder).where('fence', '=', fence).execute()
}

/** Who holds anything now. */
export async function leaseHolders(db: Db, now: number): Promise<string[]> {
  const query = db.selectFrom('leases').select('holder').distinct().where('expires_at', '>', now)
  return (await query.orderBy('holder').execute()).map((row) => row.holder)
}

/** Ends all leases of a holder that is known to be gone; their fences go on rising. */
export async function releaseAllOf(db: Db, holder: string): Promise<void> {
  await db.updateTable('leases').set({ expires_at: 0 }).where('holder', '=', holder).execute()
}
