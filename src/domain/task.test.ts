import { expect, test } from 'vitest'

import { actionsOf, taskIdOf } from './task.ts'

test('each line or bullet is an action, without headings, marks and repeats', () => {
  const text =
    'Recommended steps:\n1. Isolate WS-1.\r\n- Reset the password\n• isolate ws-1\n\n  * Run a  scan '
  expect(actionsOf(text)).toEqual(['Isolate WS-1.', 'Reset the password', 'Run a scan'])
})

test('a text without lines is one action, and no text is none', () => {
  expect(actionsOf('Isolate WS-1. Block 10.0.0.1.')).toEqual(['Isolate WS-1. Block 10.0.0.1.'])
  expect(actionsOf(undefined)).toEqual([])
})

test.each([
  'None',
  'None when the management agent was at work.',
  'N/A',
  'Nothing to do.',
  'No action',
  'No further action is required at this time.',
  '- No remediation necessary',
])('what asks for nothing is no action: %s', (text) => {
  expect(actionsOf(text)).toEqual([])
})

test.each([
  'No action was taken by Defender: isolate WS-1.',
  'Nonessential services: stop them.',
  'Notify the customer.',
])('what only begins like it is one: %s', (text) => {
  expect(actionsOf(text)).toEqual([text])
})

test('what says the same is the same task of its case, and another one of another case', () => {
  expect(taskIdOf('a', 'Isolate WS-1.')).toBe(taskIdOf('a', 'isolate ws-1'))
  expect(taskIdOf('a', 'Isolate WS-1.')).not.toBe(taskIdOf('b', 'Isolate WS-1.'))
})
