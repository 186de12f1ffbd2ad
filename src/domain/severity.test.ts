import { expect, test } from 'vitest'

import { severityOfText } from './severity.ts'

test('an alert without a severity is judged by what it says, the gravest word first', () => {
  expect(severityOfText('Ransomware Detection - HOST1')).toBe('critical')
  expect(severityOfText('Webroot reported W32.Trojan.Gen')).toBe('high')
  expect(severityOfText('Brute force against remote desktop')).toBe('medium')
  expect(severityOfText('Remote access tool - HOST1')).toBe('low')
  expect(severityOfText('A monthly note')).toBe('unknown')
})
