import { expect, onTestFinished, test } from 'vitest'

import { freshPostgres } from './testing.ts'
import { type WorkQueue, openWorkQueue } from './work-queue.ts'

const names = ['a', 'b', 'c', 'd', 'e']

async function twoQueues(): Promise<[WorkQueue, WorkQueue]> {
  const { url } = await freshPostgres()
  // Two that start on one new database at once.
  const both = await Promise.all([1, 2].map(() => openWorkQueue(url, () => {})))
  onTestFinished(async () => {
    await Promise.all(both.map((queue) => queue.close()))
  })
  return both as [WorkQueue, WorkQueue] // map keeps the length
}

const taken = async (queue: WorkQueue): Promise<string[]> => (await queue.take(10)).map(({ name }) => name)

test('what is due is given to one of two processes, and once', async () => {
  const [one, other] = await twoQueues()
  await Promise.all([one.plan(names, 0), other.plan(names, 0)])
  const all = await Promise.all([one, other, one, other].map((queue) => queue.take(2)))
  expect(
    all
      .flat()
      .map(({ name }) => name)
      .toSorted(),
  ).toEqual(names)
})

test('what is planned already stays as it is, unless it is planned anew', async () => {
  const [one, other] = await twoQueues()
  await one.plan(['a', 'b'], 3_600_000)
  await other.plan(['a', 'b'], 0)
  await expect(taken(other)).resolves.toEqual([])
  await other.replan('b', 0)
  await other.replan('c', 0)
  expect((await taken(one)).toSorted()).toEqual(['b', 'c'])
})

test('work whose process dies is handed out again, from the plan that was made when it was taken', async () => {
  const [dying, other] = await twoQueues()
  await dying.plan(['a'], 0)
  const [item] = await dying.take(1)
  await dying.plan(['a'], 0)
  const [again] = await other.take(1)
  expect([item?.name, again?.name]).toEqual(['a', 'a'])
  expect(again?.id).not.toBe(item?.id)
  for (const done of [again, item]) if (done !== undefined) await other.done(done)
  await expect(taken(other)).resolves.toEqual([])
})
