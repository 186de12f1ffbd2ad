import { describe, expect, test } from 'vitest'

import type { DetectionFinding } from '../src/domain/event.ts'
import plainVendor from './support/sixth-vendor/plain/index.ts'
import { hasSchema, openSchema } from './support/ocsf.ts'

/** That every published record becomes a valid event stands in published.test.ts; here, that the check is not blind. */

const body = JSON.stringify({ id: 1, account: 1, host: 'ws-01', title: 'Trojan', at: 1_767_225_600_000 })

function someEvent(): DetectionFinding {
  const feed = plainVendor.feeds.find((one) => one.kind === 'findings')
  const seed = { vendorId: '1', customerId: '1', time: 1_767_225_600_000, open: true, body }
  const record = { ...seed, id: 'rec_1', connectionId: 'con', feed: 'alerts', hash: '', firstSeenAt: 0 }
  const event = feed?.toReading?.(record).event
  if (event === undefined) throw new Error('the made-up vendor has no findings')
  return event
}

describe.skipIf(!hasSchema)('OCSF 1.8.0 (skipped where ../shared/data is absent)', () => {
  const check = hasSchema ? openSchema() : () => []

  test('a sound event passes', () => {
    expect(check('detection_finding', someEvent())).toEqual([])
  })

  test.each([
    ['missing', { finding_info: undefined }, 'detection_finding.finding_info is required'],
    ['unknown', { shoe_size: 44 }, 'detection_finding.shoe_size is not an attribute'],
    ['of another type', { time: 'now' }, 'detection_finding.time is not a number'],
    ['outside its enum', { severity_id: 12 }, 'detection_finding.severity_id: 12 is not in the enum'],
  ])('what is %s is named', (_, change, told) => {
    const event = Object.fromEntries(
      Object.entries({ ...someEvent(), ...change }).filter(([, value]) => value !== undefined),
    )
    expect(check('detection_finding', event)).toContain(told)
  })
})
