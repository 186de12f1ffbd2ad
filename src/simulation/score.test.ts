import { expect, test } from 'vitest'

import type { Filed, Raised } from '../connectors/sandbox-vendor.ts'
import type { LoggedDeed } from '../sandbox/people.ts'
import { score } from './score.ts'

/** `attack:story` for each record; records are named by their place, from 1. */
function raised(...labels: string[]): Raised[] {
  return labels.map((label, i) => {
    const [attack = '', story = 'ransomware'] = label.split(':')
    return { reference: `Source: v/f/${i + 1}`, customerName: 'Acme', attack, story, shownAt: 0 }
  })
}

/** One ticket a list of records. */
function filed(...tickets: number[][]): Filed[] {
  return tickets.map((records, i) => ({
    ticketId: `T${i + 1}`,
    customerName: 'Acme',
    text: records.map((n) => `Source: v/f/${n}`).join('\n'),
    comments: [],
    folded: false,
    open: true,
    createdAt: 0,
  }))
}

function did(ticketId: string, deed: LoggedDeed['deed'], text = ''): LoggedDeed {
  return { vendor: 'desk', at: 0, ticketId, deed, text }
}

test('one ticket an attack: nothing is merged or split wrongly, and the noise reduction is what was saved', () => {
  const truth = { raised: raised('a', 'a', 'a', 'b'), filed: filed([1, 2, 3], [4]) }
  expect(score(truth)).toMatchObject({
    attacks: 2,
    wrongMerges: 0,
    wrongSplits: 0,
    noiseReduction: 0.5,
    missed: 0,
  })
})

test('a ticket of two attacks is one wrong merge, however many records it holds', () => {
  expect(score({ raised: raised('a', 'a', 'b', 'c'), filed: filed([1, 2, 3], [4]) }).wrongMerges).toBe(1)
})

test('an attack in several tickets is one wrong split, however many they are', () => {
  expect(score({ raised: raised('a', 'a', 'a', 'b'), filed: filed([1], [2], [3], [4]) }).wrongSplits).toBe(1)
})

test('repeated noise of one source may stand together or apart, but not with anything else', () => {
  const labels = raised('n1:noise', 'n1:noise', 'n2:noise', 'a')
  expect(score({ raised: labels, filed: filed([1, 2], [3], [4]) })).toMatchObject({
    wrongMerges: 0,
    wrongSplits: 0,
  })
  expect(score({ raised: labels, filed: filed([1], [2], [3], [4]) }).wrongSplits).toBe(0)
  expect(score({ raised: labels, filed: filed([1, 2, 3], [4]) }).wrongMerges).toBe(1)
  expect(score({ raised: labels, filed: filed([1, 2], [3, 4]) }).wrongMerges).toBe(1)
})

test('a mixed ticket counts for every kind of story that it tells of', () => {
  const { byStory } = score({
    raised: raised('a:ransomware', 'b:phishing', 'c:phishing', 'd:insider'),
    filed: filed([1, 2], [3], [4]),
  })
  expect(Object.keys(byStory)).toEqual(['insider', 'phishing', 'ransomware'])
  expect(byStory['ransomware']).toMatchObject({ wrongMerges: 1, tickets: 1, records: 1 })
  expect(byStory['phishing']).toMatchObject({ wrongMerges: 1, tickets: 2, records: 2, attacks: 2 })
  expect(byStory['insider']).toMatchObject({ wrongMerges: 0 })
})

test('what people deleted is not missed; what came after that is', () => {
  const deeds = [did('T1', { kind: 'delete', by: 'x' }, 'Source: v/f/1')]
  expect(score({ raised: raised('a', 'a'), filed: [], deeds }).missed).toBe(1)
  expect(score({ raised: raised('a', 'a'), filed: filed([2]), deeds })).toMatchObject({
    missed: 0,
    noiseReduction: 0,
  })
})

test('what people moved is not misfiled there; anywhere else it is', () => {
  const deeds = [did('T1', { kind: 'move', by: 'x', customerName: 'Other' })]
  const at = (customerName: string): Filed[] => filed([1]).map((one) => ({ ...one, customerName }))
  expect(score({ raised: raised('a'), filed: at('Other'), deeds }).misfiled).toBe(0)
  expect(score({ raised: raised('a'), filed: at('Third'), deeds }).misfiled).toBe(1)
  expect(score({ raised: raised('a'), filed: at('Other') }).misfiled).toBe(1)
})

test('what people moved and then merged there is not misfiled, nor what follows it; what was not moved is', () => {
  const [first, second, third] = raised('a', 'a', 'b')
  const truth = {
    raised: [first!, second!, { ...third!, customerName: 'Third' }],
    filed: filed([1, 2, 3]).map((one) => ({ ...one, customerName: 'Other' })),
  }
  const moved = did('T8', { kind: 'move', by: 'x', customerName: 'Other' })
  const merged = did('T8', { kind: 'merge', by: 'x', into: 'T9' }, 'Source: v/f/1')
  const again = did('T9', { kind: 'merge', by: 'x', into: 'T1' }, 'Source: v/f/1')
  expect(score({ ...truth, deeds: [moved, merged, again] }).misfiled).toBe(1)
  expect(score({ ...truth, deeds: [merged, again] }).misfiled).toBe(3)
})

test('what people merged is no wrong merge of ours', () => {
  const truth = { raised: raised('a', 'b'), filed: filed([1, 2]) }
  const deeds = [did('T9', { kind: 'merge', by: 'x', into: 'T1' })]
  expect(score({ ...truth, deeds }).wrongMerges).toBe(0)
  expect(score(truth).wrongMerges).toBe(1)
})

test('what people merged into a stray may stand twice where that was folded', () => {
  const [stray] = filed([1]).map((one) => ({ ...one, ticketId: 'S', folded: true }))
  const truth = { raised: raised('a', 'b'), filed: [...filed([1], [2, 1]), stray!] }
  expect(score(truth).duplicated).toBe(1)
  const deeds = [did('T8', { kind: 'merge', by: 'x', into: 'S' }, 'Source: v/f/1')]
  expect(score({ ...truth, deeds }).duplicated).toBe(0)
})

test('what only a stray tells of is missed, unless somebody has opened that again', () => {
  const [stray] = filed([2]).map((one) => ({ ...one, ticketId: 'S', folded: true, open: false }))
  const missedWith = (one: Filed): number =>
    score({ raised: raised('a', 'b'), filed: [...filed([1]), one] }).missed
  expect(missedWith(stray!)).toBe(1)
  expect(missedWith({ ...stray!, open: true })).toBe(0)
})

test('folded strays do not count', () => {
  const [stray] = filed([1]).map((one) => ({ ...one, ticketId: 'S', folded: true }))
  expect(score({ raised: raised('a'), filed: [...filed([1]), stray!] })).toMatchObject({
    duplicated: 0,
    wrongSplits: 0,
    tickets: 1,
  })
})
