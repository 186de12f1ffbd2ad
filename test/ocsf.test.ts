import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

import { describe, expect, test } from 'vitest'

import { loadConnectors } from '../src/connectors/registry.ts'
import { toRecord } from '../src/domain/record.ts'
import { hasSchema, openSchema } from './support/ocsf.ts'

/** Every event that we make of what vendors publish is one by OCSF's own schema. */

const folder = join(import.meta.dirname, '..', 'src', 'connectors')
const connectors = await loadConnectors()

const readings = connectors.flatMap(({ contract, feeds }) =>
  feeds.flatMap(({ name, toReading }) =>
    toReading === undefined
      ? []
      : recordsOf(contract.vendor, name).map((body) => ({
          title: `${contract.vendor} ${name}`,
          body,
          toReading,
        })),
  ),
)

function recordsOf(vendor: string, feed: string): string[] {
  const files = readdirSync(join(folder, vendor, 'fixtures')).filter((file) => file === `${feed}.list.json`)
  return files.flatMap((file) => {
    const { records } = JSON.parse(readFileSync(join(folder, vendor, 'fixtures', file), 'utf8')) as {
      records: unknown[]
    }
    return records.map((record) => JSON.stringify(record))
  })
}

describe.skipIf(!hasSchema)('OCSF 1.8.0 (skipped where ../shared/data is absent)', () => {
  const check = hasSchema ? openSchema() : () => []

  test('published records become valid events', () => {
    expect(readings.length).toBeGreaterThan(0)
    for (const { title, body, toReading } of readings) {
      const seed = { vendorId: '1', customerId: '12', time: 1_767_225_600_000, open: true, body }
      const { event } = toReading(toRecord('con', title, seed, 0))
      expect([title, check(className(event.class_name), event)]).toEqual([title, []])
    }
  })

  test('the check is not blind: what is missing, unknown, of another type or outside its enum is named', () => {
    const [first] = readings
    if (first === undefined) throw new Error('no reading')
    const seed = { vendorId: '1', customerId: '12', time: 1_767_225_600_000, open: true, body: first.body }
    const { event } = first.toReading(toRecord('con', 'x', seed, 0))
    const { finding_info: _, ...without } = event as Record<string, unknown>
    expect(check('detection_finding', without)).toContain('detection_finding.finding_info is required')
    expect(check('detection_finding', { ...event, shoe_size: 44 })).toContain(
      'detection_finding.shoe_size is not an attribute',
    )
    expect(check('detection_finding', { ...event, time: 'now' })).toContain(
      'detection_finding.time is not a number',
    )
    expect(check('detection_finding', { ...event, severity_id: 12 })).toContain(
      'detection_finding.severity_id: 12 is not in the enum',
    )
  })
})

function className(caption: string): string {
  return caption.toLowerCase().replaceAll(' ', '_')
}
