import { expect, test } from 'vitest'

import { Dropped } from '../contract/in-process.ts'
import type { WireAnswer, WireRequest } from '../contract/wire.ts'
import { type FaultKind, type FaultRule, Faults, faultKinds } from './faults.ts'

const request: WireRequest = { method: 'POST', path: '/tickets', search: '', headers: {}, body: '', ip: '' }

/** Strikes once, and tells in which order things came about. */
async function strike(rule: FaultRule) {
  const log: string[] = []
  const faults = new Faults({ random: () => 0.5, sleep: async (ms) => void log.push(`slept ${ms}`) })
  faults.rules.push(rule)
  const serve = async (given: WireRequest): Promise<WireAnswer> => {
    log.push(given.drift === undefined ? 'committed' : `committed, drifted by ${given.drift}`)
    return { status: 201, headers: {}, body: '{"id":12345}' }
  }
  const answer = await faults.around('toy', request, serve).catch((error: unknown) => error)
  log.push(answer instanceof Dropped ? 'broken' : `${(answer as WireAnswer).status}`)
  return { log, answer: answer as WireAnswer, faults }
}

test.each<[FaultKind, Partial<FaultRule>, string[]]>([
  ['status', {}, ['500']],
  ['status', { status: 503 }, ['503']],
  ['status-after', {}, ['committed', '500']],
  ['status-after', { status: 302 }, ['committed', '302']],
  ['drop', {}, ['broken']],
  ['drop-after', {}, ['committed', 'broken']],
  ['html', {}, ['committed', '200']],
  ['truncate', {}, ['committed', '201']],
  ['slow', {}, ['committed', 'slept 45000', '201']],
  ['late', { delayMs: 7 }, ['slept 7', 'committed', '201']],
  ['throttle', {}, ['429']],
  ['drift', {}, ['committed, drifted by 1', '201']],
])('%s %j strikes on its side of the commit', async (kind, more, order) => {
  const { log, faults } = await strike({ kind, ...more })
  expect(log).toEqual(order)
  expect(faults.struck[kind]).toBe(1)
})

test('every kind has its test', () => {
  expect(faultKinds).toHaveLength(10)
})

test('a truncated body cannot be read, a login page is HTML with status 200', async () => {
  expect((await strike({ kind: 'truncate' })).answer.body).toBe('{"id":')
  expect((await strike({ kind: 'html' })).answer).toMatchObject({
    status: 200,
    body: expect.stringMatching(/^<!DOCTYPE html>/),
  })
})

test.each<[string, Partial<FaultRule>, boolean]>([
  ['its vendor', { vendor: 'toy' }, true],
  ['another vendor', { vendor: 'other' }, false],
  ['its method', { method: 'post' }, true],
  ['another method', { method: 'GET' }, false],
  ['its path', { path: 'ticket' }, true],
  ['another path', { path: '/boxes' }, false],
  ['a share above the dice', { rate: 0.6 }, true],
  ['a share below the dice', { rate: 0.5 }, false],
])('a rule for %s', async (_name, rule, strikes) => {
  expect((await strike({ kind: 'status', ...rule })).log).toEqual(strikes ? ['500'] : ['committed', '201'])
})

test('a rule with a number of times ends after them, and the next one takes over', async () => {
  const faults = new Faults({ random: () => 0, sleep: async () => {} })
  faults.rules.push({ kind: 'status', times: 2 }, { kind: 'throttle', times: 1 })
  const statuses: number[] = []
  for (let i = 0; i < 4; i++) {
    statuses.push(
      (await faults.around('toy', request, async () => ({ status: 200, headers: {}, body: '' }))).status,
    )
  }
  expect(statuses).toEqual([500, 500, 429, 200])
  expect(faults.rules).toEqual([])
})

test('the rule that was handed in stays as it was', async () => {
  const rule: FaultRule = { kind: 'status', times: 3 }
  const { faults } = await strike(rule)
  expect(rule.times).toBe(3)
  expect(faults.rules[0]?.times).toBe(2)
})
