import { expect, test } from 'vitest'

import { defaultPolicy } from '../domain/policy.ts'
import { commentsOf, putComments } from './case-comments.ts'
import { decisionsOf, dropDecisions, putDecision } from './case-decisions.ts'
import { putPolicy, readPolicies } from './policies.ts'
import { forEachEngine, ticket, ticketChange } from './testing.ts'
import { casesWithUntold, change, onTheirWay, putChanges, refuseUndone, setChange } from './ticket-changes.ts'
import { countStrays, liveTickets, putTicket, setTicket, ticketByMarker } from './tickets.ts'

forEachEngine((openFresh) => {
  test('a customer’s rules stand over everybody’s, and those over the defaults', async () => {
    const { db } = await openFresh()
    expect((await readPolicies(db)).of('ten')).toEqual(defaultPolicy)
    await putPolicy(db, '', { reopenDays: 3, onReopen: 'follow-up' }, 1)
    await putPolicy(db, 'ten', { onReopen: 'note' }, 2)
    const policies = await readPolicies(db)
    expect(policies.of('ten')).toEqual({ ...defaultPolicy, reopenDays: 3, onReopen: 'note' })
    expect(policies.of('other')).toEqual({ ...defaultPolicy, reopenDays: 3, onReopen: 'follow-up' })
  })

  test('a comment is kept once, and comments are read oldest first', async () => {
    const { db } = await openFresh()
    const said = { caseId: 'c', source: 'ticket' as const, connectionId: 'con', vendorId: '1', author: 'Ada' }
    await putComments(db, [{ ...said, id: 'b', body: 'later', at: 2 }])
    await putComments(db, [
      { ...said, id: 'a', body: 'first', at: 1 },
      { ...said, id: 'b', body: 'changed', at: 9 },
    ])
    expect((await commentsOf(db, 'c')).map((one) => one.body)).toEqual(['first', 'later'])
  })

  test('the latest decision counts, until news overtake it', async () => {
    const { db } = await openFresh()
    const decision = { caseId: 'c', who: 'Ada', reason: 'clean', at: 1 }
    await putDecision(db, { ...decision, status: 'resolved' })
    await putDecision(db, { ...decision, status: 'open', at: 2 })
    expect((await decisionsOf(db, ['c', 'd'])).get('c')).toEqual({ ...decision, status: 'open', at: 2 })
    await dropDecisions(db, ['c'])
    expect((await decisionsOf(db, ['c'])).size).toBe(0)
  })

  test('work goes on at the youngest ticket that stands, or at what it was merged into', async () => {
    const { db } = await openFresh()
    await putTicket(db, ticket('first', { createdAt: 1 }))
    await putTicket(db, ticket('follow-up', { marker: '[WF-2]', createdAt: 2 }))
    await putTicket(db, ticket('other', { caseId: 'else', createdAt: 3 }))
    const live = async () => {
      const found = await liveTickets(db, 'con', ['case', 'else', 'none'])
      return ['case', 'else', 'none'].map((id) => (found.get(id) === null ? null : found.get(id)?.id))
    }
    expect(await live()).toEqual(['follow-up', 'other', undefined])
    await setTicket(db, 'first', { gone: 'deleted' })
    await setTicket(db, 'follow-up', { gone: 'merged', foldedInto: 'other' })
    expect(await live()).toEqual(['other', 'other', undefined])
    expect(await countStrays(db)).toBe(0)
    await setTicket(db, 'other', { gone: 'deleted' })
    expect(await live()).toEqual([null, null, undefined])
  })

  test('of two tickets with one marker work goes on at the first, into which the other will be folded', async () => {
    const { db } = await openFresh()
    await putTicket(db, ticket('twin', { createdAt: 2 }))
    await putTicket(db, ticket('first', { createdAt: 1 }))
    expect((await liveTickets(db, 'con', ['case'])).get('case')?.id).toBe('first')
    expect((await ticketByMarker(db, ticket('first').marker))?.id).toBe('first')
  })

  test('what is on its way is told from what waits; what was decided for a deleted ticket is refused', async () => {
    const { db } = await openFresh()
    const note = { caseId: 'c', kind: 'note' as const }
    const payload = { kind: 'note' as const, subject: 's', body: 'b', quotes: 'rec' }
    await putChanges(db, [
      ticketChange('one', { ...note, version: 1 }),
      ticketChange('two', { ...note, version: 2 }),
      ticketChange('three', { ...note, version: 3, state: 'sending' }),
      ticketChange('make', { caseId: 'c' }),
    ])
    expect((await casesWithUntold(db, 'con', ['c'])).size).toBe(0)
    await setChange(db, 'one', { state: 'ambiguous', payload })
    expect((await onTheirWay(db, ['c'])).map((each) => each.id)).toEqual(['one', 'three'])
    expect([...(await casesWithUntold(db, 'con', ['c']))]).toEqual(['c'])
    await refuseUndone(db, 'con', ['c'], 'deleted')
    const states = await Promise.all(['one', 'two', 'three', 'make'].map((id) => change(db, id)))
    expect(states.map((each) => each?.state)).toEqual(['refused', 'refused', 'refused', 'pending'])
  })
})
