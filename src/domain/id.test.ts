import * as fc from 'fast-check'
import { expect, test } from 'vitest'

import { caseIdOf } from './case.ts'
import { idOf, markerOf, readMarker } from './id.ts'
import { toRecord } from './record.ts'
import { changeIdOf } from './ticket.ts'

const part = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.constantFrom('', '1', '1:', ':', '0:', '2:a', 'a1:'),
  fc.nat(20),
)

test('two different lists of parts never give one id', () => {
  const ids = new Map<string, string>()
  fc.assert(
    fc.property(fc.array(part, { maxLength: 4 }), (parts) => {
      const text = JSON.stringify(parts.map(String))
      const id = idOf('x', ...parts)
      expect(ids.get(id) ?? text).toBe(text)
      ids.set(id, text)
    }),
    { numRuns: 5000 },
  )
})

test('moving a character from one part to its neighbour makes another id', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1 }), fc.string(), (a, b) => {
      expect(idOf('x', a, b)).not.toBe(idOf('x', a.slice(0, -1), a.slice(-1) + b))
    }),
  )
})

test('the same cause gives the same id, another prefix another one', () => {
  expect(idOf('case', 't', 7)).toBe(idOf('case', 't', '7'))
  expect(idOf('case', 't', 7)).toMatch(/^case_[0-9a-f]{24}$/)
  expect(caseIdOf('t1', 'f')).not.toBe(caseIdOf('t2', 'f'))
  expect(changeIdOf('c', 'note', 1)).not.toBe(changeIdOf('c', 'note', 2))
})

test('a marker is found again in whatever subject it stands', () => {
  const around = fc.string({ unit: 'grapheme' }).filter((text) => readMarker(text) === undefined)
  fc.assert(
    fc.property(fc.string(), around, around, (caseId, before, after) => {
      const marker = markerOf(caseId)
      expect(marker).toMatch(/^\[WF-[0-9A-Z]{10}\]$/)
      expect(readMarker(`${before}${marker}${after}`)).toBe(marker)
    }),
  )
})

test('100,000 cases have 100,000 markers', () => {
  expect(new Set(Array.from({ length: 100_000 }, (_, i) => markerOf(`case_${i}`))).size).toBe(100_000)
})

test.each([
  '',
  '[WF-]',
  '[WF-7K2M9QX4T]',
  '[WF-7K2M9QX4TBB]',
  '[WF-7K2M9QX4TI]',
  '[wf-7k2m9qx4tb]',
  'WF-7K2M9QX4TB',
])('%j holds no marker', (text) => {
  expect(readMarker(text)).toBeUndefined()
})

test('the first of two markers counts', () => {
  expect(readMarker(`Re: ${markerOf('a')} ${markerOf('b')}`)).toBe(markerOf('a'))
})

test('a record is one per content: the same row again is the same record, a changed one is not', () => {
  const seed = { vendorId: '7', customerId: null, time: 1, open: true, body: '{"id":7}' }
  const record = toRecord('con', 'incidents', seed, 100)
  expect(toRecord('con', 'incidents', { ...seed }, 200).id).toBe(record.id)
  const others = [{ body: '{"id": 7}' }, { vendorId: '8' }, { customerId: '1' }].map((change) =>
    toRecord('con', 'incidents', { ...seed, ...change }, 100),
  )
  const elsewhere = [toRecord('con2', 'incidents', seed, 100), toRecord('con', 'events', seed, 100)]
  expect(new Set([record, ...others, ...elsewhere].map(({ id }) => id)).size).toBe(6)
  expect(record).toMatchObject({ body: seed.body, firstSeenAt: 100 })
})
