import { expect, test } from 'vitest'
import type { TicketChange } from '../domain/ticket.ts'
import type { Db } from './engine.ts'
import { forEachEngine, ticket, ticketChange } from './testing.ts'
import { dueChanges, sentTwice, stuckSending } from './due-changes.ts'
import { change, countByState, listChanges, putChanges, setChange, totals } from './ticket-changes.ts'
import { foldTicket, putTicket } from './tickets.ts'

function note(id: string, over: Partial<TicketChange> = {}): TicketChange {
  return ticketChange(id, { caseId: 'case', kind: 'note', createdAt: 2000, ...over })
}

async function dueIds(db: Db, now = 10_000): Promise<string[]> {
  return (await dueChanges(db, 'con', now, 10)).map((each) => each.id)
}

forEachEngine((openFresh) => {
  test('a decision is kept once, as it was first decided', async () => {
    const { db } = await openFresh()
    const first = ticketChange('chg', { payload: { kind: 'note', subject: 'Ünïcode \0 nul', body: '' } })
    await putChanges(db, [first])
    await setChange(db, 'chg', { state: 'sent' })
    await putChanges(db, [{ ...first, dueAt: 99 }, ticketChange('other')])
    expect(await change(db, 'chg')).toEqual({ ...first, state: 'sent', fence: null })
    expect(await countByState(db)).toMatchObject({ sent: 1, pending: 1 })
  })

  test('what is due comes in the order decided, for its connection, not before its time', async () => {
    const { db } = await openFresh()
    await putChanges(db, [
      ticketChange('late', { dueAt: 10_001 }),
      ticketChange('second', { createdAt: 1001 }),
      ticketChange('first', { state: 'ambiguous' }),
      ticketChange('foreign', { connectionId: 'other' }),
      ticketChange('done', { state: 'sent' }),
      ticketChange('no', { state: 'refused' }),
    ])
    expect(await dueIds(db)).toEqual(['first', 'second'])
    expect(await dueIds(db, 10_001)).toEqual(['first', 'late', 'second'])
  })

  test('a note waits for a live ticket and for everything before it in its case', async () => {
    const { db } = await openFresh()
    await putChanges(db, [ticketChange('create', { caseId: 'case' }), note('n1'), note('n2', { version: 2 })])
    expect(await dueIds(db)).toEqual(['create'])
    await setChange(db, 'create', { state: 'sent' })
    expect(await dueIds(db)).toEqual([])
    await putTicket(db, ticket('t1'))
    expect(await dueIds(db)).toEqual(['n1'])
    await setChange(db, 'n1', { state: 'ambiguous', dueAt: 20_000 })
    expect(await dueIds(db)).toEqual([])
    await setChange(db, 'n1', { state: 'refused' })
    expect(await dueIds(db)).toEqual(['n2'])
    await foldTicket(db, 't1', 't0')
    expect(await dueIds(db)).toEqual([])
  })

  test('a ticket that must be made again does not wait for the notes that wait for it', async () => {
    const { db } = await openFresh()
    await putChanges(db, [note('n1'), ticketChange('again', { caseId: 'case', version: 2, createdAt: 3000 })])
    expect(await dueIds(db)).toEqual(['again'])
  })

  test('one request in flight per case', async () => {
    const { db } = await openFresh()
    await putTicket(db, ticket('t1'))
    await putChanges(db, [
      note('n1'),
      ticketChange('create', { caseId: 'case', version: 2, createdAt: 3000 }),
      ticketChange('free'),
    ])
    expect(await dueIds(db)).toEqual(['free', 'n1'])
    expect(await setChange(db, 'n1', { state: 'sending', fence: 4 }, 'pending')).toBe(true)
    expect(await dueIds(db)).toEqual(['free'])
    expect(await setChange(db, 'create', { state: 'sending' }, 'pending')).toBe(false)
    expect((await stuckSending(db, 'con')).map((each) => [each.id, each.fence])).toEqual([['n1', 4]])
  })

  test('of two that race for one case, one is sent', async () => {
    const store = await openFresh()
    await putChanges(store.db, [note('n1'), note('n2', { version: 2 })])
    const race = ['n1', 'n2'].map((id) =>
      store.transaction((tx) => setChange(tx, id, { state: 'sending' }, 'pending')),
    )
    expect((await Promise.all(race)).filter(Boolean)).toEqual([true])
  })

  test('a change is made only in the state that the caller saw', async () => {
    const { db } = await openFresh()
    await putChanges(db, [ticketChange('chg')])
    const patch = {
      state: 'sent',
      settledByLookup: true,
      sentAt: 5,
      vendorId: 'v',
      error: null,
      ambiguities: 2,
    } as const
    expect(await setChange(db, 'chg', patch, 'sending')).toBe(false)
    expect(await setChange(db, 'chg', patch, 'pending')).toBe(true)
    expect(await change(db, 'chg')).toMatchObject(patch)
    expect(await setChange(db, 'unknown', patch)).toBe(false)
  })

  test('totals count what was ambiguous and how it was settled', async () => {
    const { db } = await openFresh()
    expect(await totals(db)).toMatchObject({ ambiguous: 0, settledByLookup: 0 })
    await putChanges(db, [
      ticketChange('a', { ambiguities: 2, settledByLookup: true }),
      ticketChange('b', { ambiguities: 1, state: 'sent' }),
    ])
    expect(await totals(db)).toMatchObject({
      ambiguous: 3,
      settledByLookup: 1,
      byState: { pending: 1, sent: 1, refused: 0 },
    })
  })

  test('the list is newest first, in pages, by state and by case', async () => {
    const { db } = await openFresh()
    await putChanges(
      db,
      [1, 2, 3, 4, 5].map((n) =>
        ticketChange(`c${n}`, { createdAt: Math.ceil(n / 2), state: n === 3 ? 'sent' : 'pending' }),
      ),
    )
    const page = await listChanges(db, { limit: 3 })
    expect(page.map((each) => each.id)).toEqual(['c5', 'c4', 'c3'])
    const before = { time: page[2]!.createdAt, id: page[2]!.id }
    expect((await listChanges(db, { limit: 3, before })).map((each) => each.id)).toEqual(['c2', 'c1'])
    expect((await listChanges(db, { limit: 3, state: 'sent' })).map((each) => each.id)).toEqual(['c3'])
    expect((await listChanges(db, { limit: 3, caseId: 'c1' })).map((each) => each.id)).toEqual(['c1'])
  })

  test('what was sent again after an unclear answer is known for a while', async () => {
    const { db } = await openFresh()
    const task = (id: string, more: Partial<TicketChange> = {}): TicketChange =>
      ticketChange(id, {
        kind: 'task',
        state: 'sent',
        attempts: 2,
        ambiguities: 1,
        sentAt: 5000,
        createdAt: 4000,
        ...more,
      })
    await putChanges(db, [
      task('twice'),
      task('once', { attempts: 1 }),
      task('refused at first', { ambiguities: 0 }),
      task('unsettled', { state: 'ambiguous' }),
      task('before', { sentAt: 4999 }),
      task('elsewhere', { connectionId: 'other' }),
      task('a note', { kind: 'note' }),
    ])
    const { connectionId } = task('twice')
    expect((await sentTwice(db, connectionId, 'task', 5000)).map((one) => one.id)).toEqual(['twice'])
  })
})
