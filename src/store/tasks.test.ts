import { expect, test } from 'vitest'
import type { Case } from '../domain/case.ts'
import type { Task } from '../domain/task.ts'
import { casesWithoutTicket, openCasesWithoutTask, putCases } from './cases.ts'
import { dropProject, projectAt, projectsOf, putProjects, setProject } from './projects.ts'
import { holdTasks, listTasks, putTasks, setTask, task, tasksOfCases, waitingTasks } from './tasks.ts'
import { forEachEngine } from './testing.ts'

const one: Task = {
  id: 'tsk_1',
  caseId: 'case_1',
  tenantId: 'ten_1',
  connectionId: null,
  marker: '[WF-0000000000]',
  action: 'Isolate ws-01',
  severity: 'high',
  asked: false,
  vendorId: null,
  done: false,
  closedBy: null,
  closedAt: null,
  agreed: false,
  seenAt: null,
  word: null,
  gone: false,
  createdAt: 5,
}

const own: Case = {
  id: 'case_1',
  tenantId: 'ten_1',
  title: 'x',
  severity: 'high',
  status: 'open',
  firstTime: 1,
  lastTime: 1,
  findingCount: 1,
  mergedInto: null,
  marks: [],
  createdAt: 1,
  updatedAt: 1,
}

forEachEngine((openFresh) => {
  test('a task that is there stays as it is, and gives back what it was given', async () => {
    const { db } = await openFresh()
    await putTasks(db, [one, { ...one, id: 'tsk_2', createdAt: 6 }])
    const done = {
      done: true,
      closedBy: 'Ada',
      closedAt: 9,
      agreed: true,
      seenAt: 8,
      word: 'done',
      asked: true,
    }
    await setTask(db, 'tsk_1', { ...done, connectionId: 'board', vendorId: '7', gone: true })
    await putTasks(db, [one])
    expect(await task(db, 'tsk_1')).toEqual({
      ...one,
      ...done,
      connectionId: 'board',
      vendorId: '7',
      gone: true,
    })
    expect((await holdTasks(db, 'board', ['7', '8'])).map((each) => each.id)).toEqual(['tsk_1'])
    expect((await tasksOfCases(db, ['case_1'])).map((each) => each.id)).toEqual(['tsk_1', 'tsk_2'])
    const [newest] = await listTasks(db, { limit: 1 })
    expect(newest?.id).toBe('tsk_2')
    expect(await listTasks(db, { limit: 5, before: { time: 6, id: 'tsk_2' } })).toHaveLength(1)
  })

  test('tasks of open cases wait until their making is decided', async () => {
    const { db } = await openFresh()
    await putCases(db, [own])
    expect(await openCasesWithoutTask(db, ['ten_1'])).toHaveLength(1)
    await putTasks(db, [one])
    expect(await openCasesWithoutTask(db, ['ten_1'])).toHaveLength(0)
    expect(await casesWithoutTicket(db, ['ten_1'])).toHaveLength(1)
    expect(await waitingTasks(db, ['ten_1', 'ten_2'])).toEqual([one])
    await putCases(db, [{ ...own, status: 'resolved' }])
    expect(await waitingTasks(db, ['ten_1'])).toEqual([])
    await putCases(db, [own])
    await setTask(db, 'tsk_1', { asked: true })
    expect(await waitingTasks(db, ['ten_1'])).toEqual([])
  })

  test('a tenant has one project on a board', async () => {
    const { db } = await openFresh()
    const project = {
      connectionId: 'board',
      tenantId: 'ten_1',
      marker: '[WF-1]',
      vendorId: null,
      createdAt: 1,
    }
    await putProjects(db, [project])
    await setProject(db, 'board', 'ten_1', '41')
    await putProjects(db, [project])
    await dropProject(db, 'board', 'ten_1')
    expect(await projectsOf(db, ['ten_1'])).toEqual([{ ...project, vendorId: '41' }])
    expect(await projectAt(db, project.connectionId, 'ten_1')).toEqual({ ...project, vendorId: '41' })
    expect(await projectAt(db, 'elsewhere', 'ten_1')).toBe(undefined)
    await putProjects(db, [{ ...project, tenantId: 'ten_2' }])
    await dropProject(db, 'board', 'ten_2')
    expect(await projectsOf(db, ['ten_2'])).toEqual([])
  })
})
