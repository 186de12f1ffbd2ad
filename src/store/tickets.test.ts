import { expect, test } from 'vitest'
import { forEachEngine, ticket } from './testing.ts'
import { foldTicket, listTickets, putTicket, ticketByMarker, ticketsOf } from './tickets.ts'

forEachEngine((openFresh) => {
  test('one row per ticket at the vendor', async () => {
    const { db } = await openFresh()
    await putTicket(db, ticket('t1'))
    await putTicket(db, ticket('another id', { vendorId: 't1', number: '8', caseId: 'moved' }))
    expect(await ticketsOf(db, ['case', 'moved'])).toEqual([ticket('t1', { number: '8', caseId: 'moved' })])
  })

  test('a marker leads to the ticket that the strays were folded into, and what is folded stays folded', async () => {
    const { db } = await openFresh()
    await putTicket(db, ticket('stray'))
    await putTicket(db, ticket('kept', { createdAt: 2000 }))
    await foldTicket(db, 'stray', 'kept')
    await putTicket(db, ticket('stray', { number: '9' }))
    expect(await ticketByMarker(db, '[WF-0000000000]')).toEqual(ticket('kept', { createdAt: 2000 }))
    expect((await ticketsOf(db, ['case'])).map((each) => each.foldedInto)).toEqual(['kept', null])
    expect(await ticketByMarker(db, 'unknown')).toBeUndefined()
  })

  test('the list is newest first, in pages', async () => {
    const { db } = await openFresh()
    for (const n of [1, 2, 3]) await putTicket(db, ticket(`t${n}`, { createdAt: n }))
    expect((await listTickets(db, { limit: 2 })).map((each) => each.id)).toEqual(['t3', 't2'])
    expect(
      (await listTickets(db, { limit: 2, before: { time: 2, id: 't2' } })).map((each) => each.id),
    ).toEqual(['t1'])
  })
})
