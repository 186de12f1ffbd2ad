import { expect, test } from 'vitest'

import { sliceRows } from '../contract/body.ts'
import { Dropped } from '../contract/in-process.ts'
import type { WireAnswer, WireRequest } from '../contract/wire.ts'
import { type FaultKind, type FaultRule, Faults, faultKinds } from './faults.ts'

const request: WireRequest = { method: 'POST', path: '/tickets', search: '', headers: {}, body: '', ip: '' }

/** Strikes once, and tells in which order things came about. */
async function strike(rule: FaultRule) {
  const log: string[] = []
  const faults = new Faults({
    now: () => 0,
    random: () => 0.5,
    sleep: async (ms) => void log.push(`slept ${ms}`),
  })
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

/** Asks again and again; each asking is answered with what the vendor has by then. */
function asking(rule: FaultRule, bodies: readonly string[]) {
  const clock = { now: 0 }
  const faults = new Faults({ now: () => clock.now, random: () => 0, sleep: async () => {} })
  faults.rules.push(rule)
  let served = 0
  const serve = async (): Promise<WireAnswer> => ({ status: 200, headers: {}, body: bodies[served++] ?? '' })
  const ask = async (more: Partial<WireRequest> = {}): Promise<string> => {
    const answer = await faults.around('toy', { ...request, method: 'GET', ...more }, serve)
    clock.now += 60_000
    return answer.body
  }
  return { ask, faults, clock }
}

test('resend answers a read as it was a while ago, and what was never answered otherwise as it is', async () => {
  const { ask, faults, clock } = asking({ kind: 'resend', delayMs: 150_000 }, ['1', '2', '3', '4', '5'])
  expect([await ask(), await ask(), await ask()]).toEqual(['1', '1', '1'])
  expect(faults.struck.resend).toBe(2)
  clock.now += 600_000
  expect(await ask()).toBe('4')
  expect(await ask({ headers: { authorization: 'another key' } })).toBe('5')
})

test('resend leaves writes alone', async () => {
  const { ask, faults } = asking({ kind: 'resend' }, ['1', '2'])
  expect([await ask({ method: 'POST' }), await ask({ method: 'POST' })]).toEqual(['1', '2'])
  expect(faults.struck.resend).toBe(0)
})

test.each([
  ['{"total":3,"data":[{"id":1},{"id":98765432109876543210},{"id":3}]}', 'data'],
  ['[{"id":1},{"id":98765432109876543210},{"id":3}]', undefined],
])('reorder mixes the rows of %s, one twice, each as it is written', async (body, key) => {
  const { ask, faults } = asking({ kind: 'reorder' }, [body])
  const mixed = await ask()
  const rows = sliceRows(mixed, key) ?? []
  expect(rows).toHaveLength(4)
  expect(new Set(rows)).toEqual(new Set(sliceRows(body, key)))
  expect(rows.slice(0, 3)).not.toEqual(sliceRows(body, key))
  expect(faults.struck.reorder).toBe(1)
})

test.each(['{"id":1}', '{"data":[{"id":1}]}', '{"words":["a","b"]}', '<html>', ''])(
  'reorder does not strike %j',
  async (body) => {
    const { ask, faults } = asking({ kind: 'reorder' }, [body])
    expect(await ask()).toBe(body)
    expect(faults.struck.reorder).toBe(0)
  },
)

test('every kind has its test', () => {
  expect(faultKinds).toHaveLength(12)
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
  const faults = new Faults({ now: () => 0, random: () => 0, sleep: async () => {} })
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
