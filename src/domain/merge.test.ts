import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { type FieldValue, type Fields, type Owner, merge } from './merge.ts'

const owners = {
  status: 'both',
  priority: 'first',
  marker: 'ours',
  customer: 'theirs',
  comments: 'appended',
} as const satisfies Record<string, Owner>

type Name = keyof typeof owners

const value = fc.option(fc.constantFrom('a', 'b', 'c'), { nil: undefined })
const list = fc.option(fc.uniqueArray(fc.constantFrom('1', '2', '3', '4'), { maxLength: 4 }), {
  nil: undefined,
})
const side: fc.Arbitrary<Fields<Name>> = fc.record({
  status: value,
  priority: value,
  marker: value,
  customer: value,
  comments: list,
})

/** A side after it was given something: lists grow, values are replaced. */
function after(before: Fields<Name>, change: Fields<Name>): Fields<Name> {
  const comments = [...listOf(before.comments), ...listOf(change.comments)]
  return { ...before, ...change, ...(before.comments || change.comments ? { comments } : {}) }
}

function listOf(given: FieldValue | undefined): readonly string[] {
  return Array.isArray(given) ? given : []
}

const nothing = { push: {}, take: {}, conflicts: [] }

describe('for any three sides', () => {
  test('once carried out, the next merge has nothing to do', () => {
    fc.assert(
      fc.property(side, side, side, (ours, theirs, agreed) => {
        const first = merge(ours, theirs, agreed, owners)
        const again = merge(after(ours, first.take), after(theirs, first.push), first.fields, owners)
        expect(again).toMatchObject(nothing)
        expect(again.fields).toEqual(first.fields)
      }),
    )
  })

  test('our own change that comes back before its answer yields nothing', () => {
    fc.assert(
      fc.property(side, side, side, (ours, theirs, agreed) => {
        const first = merge(ours, theirs, agreed, owners)
        const echo = merge(after(ours, first.take), after(theirs, first.push), first.agreed, owners)
        expect(echo).toMatchObject(nothing)
      }),
    )
  })

  test('while a push is on its way the same push is asked for, and nothing is taken twice', () => {
    fc.assert(
      fc.property(side, side, side, (ours, theirs, agreed) => {
        const first = merge(ours, theirs, agreed, owners)
        const again = merge(after(ours, first.take), theirs, first.agreed, owners)
        expect(again.take).toEqual({})
        expect(again.push).toEqual(first.push)
      }),
    )
  })

  test('nothing is both pushed and taken, except in lists', () => {
    fc.assert(
      fc.property(side, side, side, (ours, theirs, agreed) => {
        const { push, take } = merge(ours, theirs, agreed, owners)
        const both = Object.keys(push).filter((name) => name in take && name !== 'comments')
        expect(both).toEqual([])
      }),
    )
  })

  test('what both sides have read and hold is the same afterwards', () => {
    fc.assert(
      fc.property(side, side, side, (ours, theirs, agreed) => {
        const { push, take } = merge(ours, theirs, agreed, owners)
        const [we, they] = [after(ours, take), after(theirs, push)]
        const names = ['status', 'priority', 'marker', 'customer'] as const
        const held = names.filter((name) => ours[name] !== undefined && theirs[name] !== undefined)
        expect(held.map((name) => we[name])).toEqual(held.map((name) => they[name]))
      }),
    )
  })
})

test('two sides that change as they like come to rest once they stop', () => {
  const edit = fc.record({ who: fc.boolean(), status: fc.constantFrom('a', 'b', 'c'), comment: fc.nat(6) })
  fc.assert(
    fc.property(fc.array(fc.oneof(edit, fc.constant('sync')), { maxLength: 30 }), (steps) => {
      const start = { status: 'a', comments: [] }
      let [ours, theirs, agreed]: Fields<Name>[] = [start, start, start]
      const sync = (): void => {
        const done = merge(ours!, theirs!, agreed!, owners)
        ours = after(ours!, done.take)
        theirs = after(theirs!, done.push)
        agreed = done.fields
      }
      const written = new Set<string>()
      for (const step of steps) {
        if (typeof step === 'string') {
          sync()
          continue
        }
        const change = { status: step.status, comments: [String(step.comment)] }
        written.add(String(step.comment))
        if (step.who) ours = after(ours!, change)
        else theirs = after(theirs!, change)
      }
      sync()
      expect(ours!.status).toBe(theirs!.status)
      expect(new Set(listOf(ours!.comments))).toEqual(written)
      expect(new Set(listOf(theirs!.comments))).toEqual(written)
    }),
  )
})

describe('each owner', () => {
  const one = (ours: string, theirs: string, agreed: string | undefined, owner: Owner) =>
    merge({ field: ours }, { field: theirs }, { field: agreed }, { field: owner })

  test('ours: their change is put right, and told', () => {
    const done = one('a', 'b', 'a', 'ours')
    expect(done).toMatchObject({ push: { field: 'a' }, take: {} })
    expect(done.conflicts).toEqual([{ field: 'field', ours: 'a', theirs: 'b', agreed: 'a', kept: 'ours' }])
  })

  test('theirs: we follow', () => {
    expect(one('a', 'b', 'a', 'theirs')).toMatchObject({ push: {}, take: { field: 'b' }, conflicts: [] })
  })

  test('both: who alone changed it has it; when both did, theirs stands and it is told', () => {
    expect(one('b', 'a', 'a', 'both')).toMatchObject({ push: { field: 'b' }, take: {}, conflicts: [] })
    expect(one('a', 'b', 'a', 'both')).toMatchObject({ push: {}, take: { field: 'b' }, conflicts: [] })
    expect(one('b', 'c', 'a', 'both')).toMatchObject({
      push: {},
      take: { field: 'c' },
      conflicts: [{ kept: 'theirs' }],
    })
  })

  test('first: ours until it was agreed on, theirs from then on', () => {
    expect(one('a', 'b', undefined, 'first')).toMatchObject({ push: { field: 'a' }, conflicts: [] })
    expect(one('a', 'b', 'a', 'first')).toMatchObject({ take: { field: 'b' }, conflicts: [] })
  })

  test('appended: both get what they lack; what was taken away on one side is not put back', () => {
    const sides = { ours: ['1', '2', '3'], theirs: ['2', '4'], agreed: ['1', '2'] }
    const done = merge(
      { c: sides.ours },
      { c: sides.theirs },
      { c: sides.agreed },
      { c: 'appended' as const },
    )
    expect(done).toMatchObject({ push: { c: ['3'] }, take: { c: ['4'] } })
  })

  test('what was not read is left alone', () => {
    expect(merge({ f: 'a' }, {}, { f: 'b' }, { f: 'both' as const })).toMatchObject(nothing)
  })

  test('without an opinion of ours, only what they changed is taken', () => {
    expect(merge({}, { f: 'a' }, { f: 'a' }, { f: 'both' as const })).toMatchObject(nothing)
    expect(merge({}, { f: 'b' }, { f: 'a' }, { f: 'both' as const }).take).toEqual({ f: 'b' })
  })
})
