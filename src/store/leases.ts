import { sql } from 'kysely'
import type { Db } from './engine.ts'
import { prepared } from './prepared.ts'

export interface LeaseRow {
  name: string
  holder: string
  /** Rises by one whenever the lease is taken anew; a renewal keeps it. */
  fence: number
  expires_at: number
}

interface Claim extends Record<string, string | number> {
  name: string
  holder: string
  now: number
  until: number
}

const acquire = prepared((db, { name, holder, now, until }: Claim) =>
  sql<{ fence: number }>`
    insert into leases (name, holder, fence, expires_at) values (${name}, ${holder}, 1, ${until})
    on conflict (name) do update set
      fence = case when leases.holder = excluded.holder and leases.expires_at > ${now} then leases.fence else leases.fence + 1 end,
      holder = excluded.holder,
      expires_at = excluded.expires_at
    where leases.holder = excluded.holder or leases.expires_at <= ${now}
    returning fence`.compile(db),
)

/** Takes or renews a lease in one statement, which is what makes it right when two processes try at once. */
export async function acquireLease(
  db: Db,
  name: string,
  holder: string,
  ttlMs: number,
  now: number,
): Promise<{ fence: number } | undefined> {
  return (await acquire(db, { name, holder, now, until: now + ttlMs })).rows[0]
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

interface Hold extends Record<string, string | number> {
  name: string
  holder: string
  fence: number
  until: number
}

const extend = prepared((db, { name, holder, fence, until }: Hold) => {
  const query = db.updateTable('leases').set({ expires_at: until }).where('name', '=', name)
  return query.where('holder', '=', holder).where('fence', '=', fence).compile()
})

/** Extends a lease, also one that expired meanwhile, as long as nobody has taken it; tells whether it did. */
export async function renewLease(
  db: Db,
  name: string,
  holder: string,
  fence: number,
  expiresAt: number,
): Promise<boolean> {
  const result = await extend(db, { name, holder, fence, until: expiresAt })
  return (result.numAffectedRows ?? 0n) > 0n
}

/** Gives a lease back. Its row stays, so that the next fence is higher. */
export async function releaseLease(db: Db, name: string, holder: string, fence: number): Promise<void> {
  await extend(db, { name, holder, fence, until: 0 })
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
