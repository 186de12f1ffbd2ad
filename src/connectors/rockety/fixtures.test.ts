// Records as the field tables of the contract document have them are read whole: nothing is lost, nothing refused.
import { expect, test } from 'vitest'

import { readFixtures } from '../conformance.ts'
import connector from './index.ts'

interface Fixture {
  operation: string
  records: Record<string, unknown>[]
}

test.each(
  readFixtures(import.meta.dirname).map(({ file, records }) => [file, records[0] as Fixture] as const),
)('%s', (_file, { operation, records }) => {
  const op = connector.contract.operations[operation]
  for (const record of records) expect(op?.answer.parse(record)).toEqual(record)
})
