import { expect, test } from 'vitest'

import { isStale } from './stale.ts'

const now = Date.parse('2026-06-01T12:00:00Z')
const at = (changed: unknown, more = 'x'): string => JSON.stringify({ changed, more })

test.each<[string, told: string, held: string | undefined, stale: boolean]>([
  ['nothing is held', at('2026-06-01T10:00:00Z'), undefined, false],
  ['the same', at('2026-06-01T10:00:00Z'), at('2026-06-01T10:00:00Z'), false],
  ['something newer', at('2026-06-01T11:00:00Z'), at('2026-06-01T10:00:00Z'), false],
  ['another of the same moment', at('2026-06-01T10:00:00Z', 'y'), at('2026-06-01T10:00:00Z'), false],
  ['something older', at('2026-06-01T09:59:59Z'), at('2026-06-01T10:00:00Z'), true],
  [
    'the same moment in another spelling',
    at('2026-06-01T10:00:00.0+00:00'),
    at('2026-06-01T10:00:00Z'),
    false,
  ],
  [
    'older than what is a day old: it is meant',
    at('2026-05-30T10:00:00Z'),
    at('2026-05-31T11:59:00Z'),
    false,
  ],
  ['no time', at(null), at('2026-06-01T10:00:00Z'), false],
  ['no time before', at('2026-06-01T10:00:00Z'), at('yesterday'), false],
  ['no JSON', '<html>', at('2026-06-01T10:00:00Z'), false],
])('%s', (_, told, held, stale) => {
  expect(isStale(told, held, 'changed', now)).toBe(stale)
})
