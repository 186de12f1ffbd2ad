import { expect, test } from 'vitest'
import { countStrayTasks, putStrayTask, strayTasks } from './stray-tasks.ts'
import { forEachEngine } from './testing.ts'

forEachEngine((openFresh) => {
  test('stray tasks are known by their board, once, and counted over all of them', async () => {
    const { db } = await openFresh()
    expect(await countStrayTasks(db)).toBe(0)
    await putStrayTask(db, 'board', '2', '1')
    await putStrayTask(db, 'board', '3', '1')
    await putStrayTask(db, 'board', '3', '1')
    await putStrayTask(db, 'other', '2', '9')
    expect(await strayTasks(db, 'board')).toEqual({ '2': '1', '3': '1' })
    expect(await countStrayTasks(db)).toBe(3)
  })
})
