import { beforeEach, expect, test } from 'vitest'

import { correlationPolicy, defaultPolicy } from '../analysis/policy.ts'
import { replay } from '../analysis/replay.ts'
import type { Finding } from '../domain/finding.ts'
import { type Store, openStore } from '../store/store.ts'
import { finding, freshSqlite } from '../store/testing.ts'
import { keepCases } from './correlate.ts'
import { splitCase, undoCorrection } from './corrections.ts'
import { lookBack } from './look-back.ts'
import { activePolicy, setPolicy } from './neighbourhood.ts'

const minute = 60_000
const now = 100 * 86_400_000
let store: Store

beforeEach(async () => {
  store = await openStore(await freshSqlite())
  return () => store.close()
})

/** Three alerts on one device, twenty minutes apart, and one elsewhere. */
const alerts = ['a', 'b', 'c', 'd'].map((id, i): Finding =>
  finding(id, {
    time: now - 86_400_000 + i * 20 * minute,
    entities: [{ kind: 'host', value: id === 'd' ? 'ws-02' : 'ws-01' }],
  }),
)
const keep = () => store.transaction((tx) => keepCases(tx, alerts, now))
const narrow = correlationPolicy.parse({ kinds: { host: { windowMinutes: 5 } } })

test('a replay in memory puts together what the line did', async () => {
  await keep()
  const rows = await store.db.selectFrom('findings').select(['id', 'case_id']).orderBy('id').execute()
  expect([...replay(alerts, defaultPolicy)]).toEqual(rows.map((row) => [row.id, row.case_id]))
})

test('another policy is told by its cases, and by what would stand together or apart', async () => {
  await keep()
  const seen = await lookBack(store.db, narrow, 90, now)
  expect(seen.happened).toMatchObject({ findings: 4, cases: 2, tickets: 0, noiseReduction: 0.5 })
  expect(seen.active).toEqual(seen.happened)
  expect(seen.other).toMatchObject({ findings: 4, cases: 4, noiseReduction: 0 })
  expect(seen.differences).toMatchObject([{ kind: 'divided', parts: 3, findings: 3 }])
  expect((await lookBack(store.db, narrow, 1, now + 86_400_000)).happened.findings).toBe(0)
})

test('what people took out is a wrong merge of each policy that would put it back, until they undo it', async () => {
  const [news] = await keep()
  const caseId = news?.case.id ?? ''
  const by = { who: 'tech', why: '', now }
  await store.transaction((tx) => splitCase(tx, caseId, ['c'], by))
  const seen = await lookBack(store.db, narrow, 90, now)
  const wrong = [seen.happened, seen.automatic, seen.active, seen.other].map((one) => one.wrongMerges)
  expect(wrong).toEqual([0, 1, 1, 0])
  await store.transaction((tx) => undoCorrection(tx, caseId, { ...by, now: now + 1 }))
  expect((await lookBack(store.db, narrow, 90, now)).automatic.wrongMerges).toBe(0)
})

test('the policy in force is the one that was put in force last', async () => {
  expect(await activePolicy(store.db)).toEqual(defaultPolicy)
  await setPolicy(store.db, narrow)
  expect(await activePolicy(store.db)).toEqual(narrow)
  await keep()
  expect((await lookBack(store.db, defaultPolicy, 90, now)).happened.cases).toBe(4)
})
