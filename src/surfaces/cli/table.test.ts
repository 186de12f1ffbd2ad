import { expect, test } from 'vitest'
import { table } from './table.ts'

const columns = [
  { title: 'id', of: (row: { id: string; title: string }) => row.id },
  { title: 'title', of: (row: { id: string; title: string }) => row.title, flex: true },
  { title: 'n', of: () => '7', right: true },
]

test('columns are aligned, and the flexible one gives way', () => {
  const rows = [
    { id: 'a', title: 'a title that is rather long' },
    { id: 'bcd', title: 'short' },
  ]
  expect(table(rows, undefined, columns)).toBe(
    'ID   TITLE                        N\na    a title that is rather long  7\nbcd  short                        7\n',
  )
  expect(table(rows, 20, columns)).toBe('ID   TITLE         N\na    a title tha…  7\nbcd  short         7\n')
  for (const line of table(rows, 9, columns).split('\n')) expect(line.length).toBeLessThanOrEqual(9)
})

test('wide characters take the room that they take', () => {
  const rows = [
    { id: '警告', title: 'x' },
    { id: 'abcd', title: 'x' },
  ]
  expect(table(rows, undefined, columns)).toBe('ID    TITLE  N\n警告  x      7\nabcd  x      7\n')
})

test('what a vendor writes cannot move the cursor or turn the text round', () => {
  const rows = [{ id: 'a', title: '\u001b[2Jgone\r\nnext \u202eliam' }]
  expect(table(rows, undefined, columns).split('\n')[1]).toBe('a   [2Jgone next liam  7')
})
