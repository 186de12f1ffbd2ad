import { expect, test } from 'vitest'

import { remembered } from './remembered.ts'

test('a text is made into something once; beyond the most of them all begin anew, and what throws is tried again', () => {
  const made: string[] = []
  const upper = remembered(2, (text) => {
    made.push(text)
    if (text === '') throw new Error('nothing')
    return { text: text.toUpperCase() }
  })
  expect(upper('a')).toBe(upper('a'))
  expect(upper('b')).toEqual({ text: 'B' })
  expect(made).toEqual(['a', 'b'])
  for (let n = 0; n < 2; n++) expect(() => upper('')).toThrow('nothing')
  upper('c')
  upper('a')
  expect(made).toEqual(['a', 'b', '', '', 'c', 'a'])
})
