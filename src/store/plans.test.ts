import Database from 'better-sqlite3'
import { expect, test } from 'vitest'
import { toRecord } from '../domain/record.ts'
import { countCasesBegun, listCases } from './cases.ts'
import { correctionsOf } from './corrections.ts'
import { countCasesWith, neighbours } from './entities.ts'
import { putTraces, tracesAround } from './customer-traces.ts'
import {
  casesElsewhere,
  countElsewhere,
  countQuarantined,
  findingsByIds,
  releaseQuarantined,
} from './findings.ts'
import { listMappingEvents } from './mapping-events.ts'
import { hasPending, markDone } from './pending.ts'
import { heads, openHeads, putRecords, readAgain, takePending } from './records.ts'
import { latestRuns } from './runs.ts'
import { openStore } from './store.ts'
import { commentsOf } from './case-comments.ts'
import { decisionsOf, dropDecisions } from './case-decisions.ts'
import { connectionsDue, dueChanges, nextDue, stuckSending } from './due-changes.ts'
import { cancelUnsent, casesWithUntold, createsOf, lastVersions, onTheirWay } from './ticket-changes.ts'
import {
  holdTickets,
  liveTickets,
  listTickets,
  ticketsByVendorIds,
  ticketsMergedInto,
  ticketsOf,
} from './tickets.ts'
import { suggestionsOf } from './suggestions.ts'

test('every query of the line is served by an index', async () => {
  const database = new Database(':memory:')
  const scans = new Set<string>()
  const prepare = (text: string) => {
    const plan = /^(insert|select|update|delete|\s)/.test(text)
      ? database.prepare<unknown[], { detail: string }>(`explain query plan ${text}`)
      : undefined
    for (const { detail } of plan?.all(Array.from(text.matchAll(/\?/g), () => null)) ?? []) {
      const sorts = /TEMP B-TREE FOR (?!count)/.test(detail) && /limit/.test(text) // a page must not be cut from a sorted whole
      if (sorts || /^SCAN (?!jsonb?_each|[ks]\b|.* USING (COVERING )?INDEX)/.test(detail))
        scans.add(`${detail}: ${text.trim().slice(0, 60)}`)
    }
    return database.prepare(text)
  }
  const { db } = await openStore({ kind: 'sqlite', database: { prepare } })
  scans.clear()
  const row = toRecord('con', 'f', { vendorId: '1', customerId: null, time: 1, open: true, body: 'A' }, 1)
  await putRecords(db, [row])
  await putRecords(db, [toRecord('con', 'f', { ...row, body: 'B' }, 1)])
  await putRecords(db, [row])
  await heads(db, 'con', 'f', ['1'])
  await openHeads(db, 'con', 'f')
  await takePending(db, 10)
  await hasPending(db)
  await markDone(db, [row.id])
  await findingsByIds(db, ['f'])
  await countQuarantined(db)
  await countElsewhere(db)
  await casesElsewhere(db, 'con', 'cus')
  await putTraces(db, [{ connectionId: 'con', vendorId: 'cus', kind: 'host', value: 'x' }])
  await tracesAround(db, [{ connectionId: 'con', vendorId: 'cus' }])
  await listMappingEvents(db, { limit: 10, before: { time: 1, id: 'm' } })
  await createsOf(db, ['c'])
  await cancelUnsent(db, ['c'])
  await releaseQuarantined(db, 'con', 'cus', 'ten')
  await listCases(db, { limit: 10, before: { time: 1, id: 'c' } })
  await listCases(db, { limit: 10, tenantId: 'ten' })
  await listCases(db, { limit: 10, status: 'open', before: { time: 1, id: 'c' } })
  await listTickets(db, { limit: 10, before: { time: 1, id: 'c' } })
  await ticketsOf(db, ['c'])
  await liveTickets(db, 'con', ['c'])
  await ticketsByVendorIds(db, 'con', ['1'])
  await holdTickets(db, 'con', ['1'])
  await ticketsMergedInto(db, ['t'])
  await lastVersions(db, ['c'])
  await onTheirWay(db, ['c'])
  await casesWithUntold(db, 'con', ['c'])
  await readAgain(db, 'con', 'f', '1')
  await commentsOf(db, 'c')
  await decisionsOf(db, ['c'])
  await dropDecisions(db, ['c'])
  await stuckSending(db, 'con')
  await latestRuns(db)
  const span = { tenantId: 'ten', kind: 'host' as const, value: 'x', from: 1, to: 2 }
  await neighbours(db, [span])
  await countCasesWith(db, [span])
  await countCasesBegun(db, [span])
  await correctionsOf(db, 'c')
  await suggestionsOf(db, 'c')
  await dueChanges(db, 'con', 1, 10)
  await nextDue(db, 'con')
  await connectionsDue(db, 1)
  expect([...scans]).toEqual([])
})
