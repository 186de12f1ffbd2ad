import { expect, test } from 'vitest'

import { severityOfText } from './severity.ts'

test('an alert without a severity is judged by what it says, the gravest word first', () => {
  expect(severityOfText('Ransomware Detection - HOST1')).toBe('critical')
  expect(severityOfText('Webroot reported W32.Trojan.Gen')).toBe('high')
  expect(severityOfText('Brute force against remote desktop')).toBe('medium')
  expect(severityOfText('Remote access tool - HOST1')).toBe('low')
  expect(severityOfText('A monthly note')).toBe('unknown')
})

test('a word counts wherever it stands and however it is written, a short one only by itself', () => {
  expect(severityOfText('AntiMalware: LSASS')).toBe('critical')
  expect(severityOfText('traffic to a C2')).toBe('critical')
  expect(severityOfText('C2')).toBe('critical')
  expect(severityOfText('fc20, abc2, c2x')).toBe('unknown')
  expect(severityOfText('pup')).toBe('low')
  expect(severityOfText('puppet')).toBe('unknown')
  expect(severityOfText('\u{1f512} a policy, a phish, then a tRoJaN')).toBe('high')
  expect(severityOfText('')).toBe('unknown')
  expect(severityOfText('ph')).toBe('unknown')
})
