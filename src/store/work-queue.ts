import type { PgBoss as Boss } from 'pg-boss'

import { StoreError } from './errors.ts'

/**
 * Which work is due, among several processes: pg-boss on the same PostgreSQL, in a schema of its own. It holds no data
 * that is not made anew when a hub starts, so it is no part of a backup.
 */
export interface WorkQueue {
  /** Plans each that is not planned yet. */
  plan(names: readonly string[], afterMs: number): Promise<void>
  /** Plans one anew, wherever it was planned before. */
  replan(name: string, afterMs: number): Promise<void>
  /** Takes up to `count` that are due; nobody else is given the same ones. */
  take(count: number): Promise<WorkItem[]>
  done(item: WorkItem): Promise<void>
  close(): Promise<void>
}

export interface WorkItem {
  id: string
  name: string
}

const queue = 'work'

/** What nobody ends (its process died) is forgotten after this long; by then it has long been handed out again. */
const forgetSeconds = 3600

export async function openWorkQueue(url: string, onError: (reason: string) => void): Promise<WorkQueue> {
  const { PgBoss } = await import('pg-boss')
  const boss = new PgBoss({
    connectionString: url,
    application_name: 'watchfloor work',
    max: 2,
    schedule: false,
  })
  boss.on('error', (error) => onError(error.message))
  try {
    await boss.start()
    // One planned for each name; how many are at it at once is for the leases to say.
    const options = { policy: 'short', retryLimit: 0, expireInSeconds: forgetSeconds, deleteAfterSeconds: 60 }
    await boss.createQueue(queue, options)
  } catch (error) {
    await boss.stop({ graceful: false }).catch(() => {})
    const reason = error instanceof Error ? error.message : String(error)
    throw new StoreError(
      `the work cannot be shared through PostgreSQL (${reason}): the user needs CREATE on the database, for the schema pgboss`,
      { cause: error },
    )
  }
  return onBoss(boss)
}

function onBoss(boss: Boss): WorkQueue {
  // Seconds from now by the server's clock, in parts: ours may differ from it.
  const seconds = (ms: number): number => Math.max(0, ms) / 1000
  return {
    async plan(names, afterMs) {
      const startAfter = seconds(afterMs)
      await boss.insert(
        queue,
        names.map((name) => ({ singletonKey: name, data: { name }, startAfter })),
      )
    },
    async replan(name, afterMs) {
      await boss.upsert(queue, { name }, { singletonKey: name, startAfter: seconds(afterMs) })
    },
    async take(count) {
      const jobs = await boss.fetch<{ name: string }>(queue, { batchSize: count })
      return jobs.map(({ id, data }) => ({ id, name: data.name }))
    },
    async done({ id }) {
      await boss.deleteJob(queue, id)
    },
    close: () => boss.stop({ graceful: false, close: true }),
  }
}
