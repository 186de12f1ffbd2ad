import { expect, test } from 'vitest'

import { toDetectionFinding } from '../domain/detection.ts'
import type { Entity } from '../domain/entity.ts'
import type { DetectionFinding } from '../domain/event.ts'
import { toRecord } from '../domain/record.ts'
import { fingerprintOf, skeletonOf } from './fingerprint.ts'

function event(title: string, types: string[] = []): DetectionFinding {
  const seed = { vendorId: '1', customerId: null, time: 1, open: true, body: title }
  const product = { name: 'P', vendor_name: 'V' }
  const said = { product, uid: '1', title, severity: 'high' as const, status: 'open', statusIds: {}, types }
  return toDetectionFinding(toRecord('con', 'alerts', seed, 1), said)
}
const on = (value: string): Entity[] => [{ kind: 'host', value }]

test.each([
  [
    'Brute force from 203.0.113.9 at 2026-01-05 10:12:33',
    'Brute force from 198.51.100.77 at 2026-02-11 01:02:03',
  ],
  [
    'Task {3f2504e0-4f89-11d3-9a0c-0305e82c3301} ran 12 times',
    'Task {00000000-4f89-11d3-9a0c-0305e82c3301} ran 9 times',
  ],
  ['Detected  FILE 44d88612fea8a8f36de82e1278abb02f', 'detected file 3395856ce81f2b7382dee72602f798b6'],
  ['Traffic to 2001:db8::1', 'Traffic to 2001:db8:0:1::ff'],
])('what changes each time is not part of a title: %s', (a, b) => {
  expect(skeletonOf(a)).toBe(skeletonOf(b))
})

test('the same detection on the same device is the same content', () => {
  expect(fingerprintOf(event('Seen 3 times'), on('ws-01'))).toBe(
    fingerprintOf(event('Seen 4 times'), on('ws-01')),
  )
})

test('another device, rule or word is another content', () => {
  const all = [
    fingerprintOf(event('Seen'), on('ws-01')),
    fingerprintOf(event('Seen'), on('ws-02')),
    fingerprintOf(event('Seen', ['rule 7']), on('ws-01')),
    fingerprintOf(event('Heard'), on('ws-01')),
  ]
  expect(new Set(all).size).toBe(all.length)
})

test('a title alone has no fingerprint', () => {
  expect(fingerprintOf(event('Seen'), [])).toBeUndefined()
  expect(fingerprintOf(event('Seen'), [{ kind: 'address', value: '203.0.113.9' }])).toBeUndefined()
})
