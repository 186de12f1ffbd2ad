import { describe, expect, test } from 'vitest'

import type { Identity } from './auth.ts'
import { Refusal } from './refusal.ts'
import { Reply } from './server.ts'
import { key, toy, toyServer } from './testing.ts'
import type { WireAnswer } from './wire.ts'

const body = (answer: WireAnswer): any => JSON.parse(answer.body)
const codeOf = (answer: WireAnswer): string => `${answer.status} ${body(answer).error.code}`
const reader = (): Identity => ({ name: 'reader', permissions: new Set(['boxes']) })
const nobody = { authorization: undefined }

describe('what a server refuses by itself, in this order', () => {
  test('no key and unknown keys, before it tells whether a path exists', async () => {
    const { serve } = toyServer()
    for (const headers of [
      nobody,
      { authorization: 'Bearer wrong' },
      { authorization: `Basic ${key}` },
      { authorization: 'Bearer' },
    ]) {
      for (const path of ['/boxes', '/nothing'])
        expect(codeOf(await serve({ headers, path }))).toBe('401 unauthorized')
    }
    expect((await serve({ headers: { authorization: `bearer  ${key} ` } })).status).toBe(200)
  })

  test('a key that is no longer good, with its own reason', async () => {
    const { serve } = toyServer({ identify: () => new Refusal(403, 'key_expired', 'expired') })
    expect(codeOf(await serve())).toBe('403 key_expired')
  })

  test('too many requests, before unknown paths; others are not counted with them', async () => {
    let now = 0
    const identify = (given: string): Identity => ({ name: given, permissions: 'all' })
    const { serve } = toyServer({ switches: { limit: '2' }, now: () => now, identify })
    const other = { authorization: 'Bearer other' }
    expect((await serve({ headers: nobody })).status).toBe(401)
    expect((await serve()).headers).toMatchObject({ 'x-limit': '2', 'x-remaining': '1' })
    expect((await serve({ path: '/nothing' })).status).toBe(404)
    now = 59_000
    const refused = await serve({ path: '/nothing' })
    expect([codeOf(refused), refused.headers['retry-after']]).toEqual(['429 slow_down', '1'])
    expect((await serve({ headers: other })).status).toBe(200)
    now = 60_000
    expect((await serve()).status).toBe(200)
  })

  test('a limit counts what is refused for another reason, and tells so', async () => {
    const { serve } = toyServer({ switches: { limit: '5' } })
    const answer = await serve({ path: '/nothing' })
    expect([answer.status, answer.headers['x-remaining']]).toEqual([404, '4'])
  })

  test('unknown paths with 404, known paths with another method with 405', async () => {
    const { serve } = toyServer()
    expect(codeOf(await serve({ path: '/nothing' }))).toBe('404 endpoint_not_found')
    const wrong = await serve({ path: '/boxes/7', method: 'POST' })
    expect([codeOf(wrong), wrong.headers['allow']?.split(', ').toSorted()]).toEqual([
      '405 method_not_allowed',
      ['DELETE', 'GET', 'PUT'],
    ])
    const plain = toyServer({ contract: { ...toy, wrongMethod: 404 } })
    expect((await plain.serve({ path: '/boxes/7', method: 'POST' })).status).toBe(404)
    expect((await serve({ path: '/boxes', method: 'OPTIONS' })).status).toBe(405)
  })

  test('what the key may not do, before it looks at the body', async () => {
    const { serve } = toyServer({ identify: reader })
    expect((await serve()).status).toBe(200)
    expect(codeOf(await serve({ method: 'POST', body: 'rubbish' }))).toBe('403 missing_permission')
  })

  test('parameters that do not fit, by their names', async () => {
    const { serve } = toyServer()
    const answer = await serve({ search: 'page=0&minWeight=heavy' })
    expect(codeOf(answer)).toBe('400 invalid_request')
    const fields = body(answer).error.fields as { field: string }[]
    expect(fields.map(({ field }) => field).toSorted()).toEqual(['minWeight', 'page'])
    expect((await serve({ search: 'unknown=1' })).status).toBe(200)
  })

  test.each([
    ['not JSON', '{"kind":', 'invalid_json'],
    ['a page', '<html>', 'invalid_json'],
    ['the wrong shape', '{"kind":7}', 'invalid_request'],
    ['nothing', '', 'invalid_request'],
    ['null', 'null', 'invalid_request'],
  ])('a body that is %s', async (_name, text, code) => {
    const { serve } = toyServer()
    expect(codeOf(await serve({ method: 'POST', body: text }))).toBe(`400 ${code}`)
  })

  test('in the words of the contract', async () => {
    const contract = {
      ...toy,
      invalid: () => new Refusal(422, 'odd', 'odd'),
      forbid: () => new Refusal(401, 'not_yours', 'not yours'),
      refuseBody: () => new Refusal(415, 'no_type', 'no type', { body: '<p>415' }),
    }
    const { serve } = toyServer({ contract })
    expect(codeOf(await serve({ search: 'page=0' }))).toBe('422 odd')
    expect((await serve({ method: 'POST' })).body).toBe('<p>415')
    expect(codeOf(await toyServer({ contract, identify: reader }).serve({ method: 'POST' }))).toBe(
      '401 not_yours',
    )
  })
})

describe('a route', () => {
  test.each([
    ['/boxes/settings', { kinds: ['small'] }],
    ['/boxes/settings/', { kinds: ['small'] }],
    ['/boxes/settingsx', { id: 'settingsx' }],
    ['/boxes/7/', { id: '7' }],
    ['/boxes/a%2Fb%20c%3F', { id: 'a/b c?' }],
    ['/boxes/%C3%A9', { id: 'é' }],
    ['/boxes/%zz', { id: '%zz' }],
    ['/boxes/rrn:investigation:us:1-2', { id: 'rrn:investigation:us:1-2' }],
    ['/boxes/rrn%3Ax', { id: 'rrn:x' }],
    ['/boxes/..', { id: '..' }],
    ['/boxes/constructor', { id: 'constructor' }],
    ['/boxes/7/labels/settings', { label: '7: settings' }],
    ['/boxes/settings/labels/a.b', { label: 'settings: a.b' }],
  ])('%s leads to the operation that it names', async (path, answer) => {
    const { serve } = toyServer()
    expect(body(await serve({ path }))).toEqual(answer)
  })

  test.each(['/', '', '/boxes/7/labels', '/boxes/7/labels/a/b', '/Boxes', '/boxes7', 'boxes'])(
    '%j leads nowhere',
    async (path) => {
      const { serve } = toyServer()
      expect((await serve({ path })).status).toBe(404)
    },
  )

  test('of which one is named and the other has a parameter there leads to the named one, in whatever order they stand', async () => {
    const { getBox, boxLabel } = toy.operations as Record<string, any>
    const special = { ...getBox, id: 'labels.special', path: '/boxes/special/labels/{label}' }
    for (const operations of [
      { boxLabel, special },
      { special, boxLabel },
    ]) {
      const { serve } = toyServer({
        contract: { ...toy, operations },
        behaviours: { 'labels.special': () => ({ label: 'special' }) },
      })
      expect(body(await serve({ path: '/boxes/special/labels/x' }))).toEqual({ label: 'special' })
      expect(body(await serve({ path: '/boxes/7/labels/x' }))).toEqual({ label: '7: x' })
    }
  })

  test('answers HEAD as GET, without the body', async () => {
    const { serve } = toyServer({ rows: [{ id: 1 }] })
    const [head, get] = [await serve({ method: 'HEAD' }), await serve()]
    expect({ ...head, body: get.body }).toEqual(get)
    expect(head.body).toBe('')
    expect(await serve({ method: 'HEAD', path: '/nothing' })).toMatchObject({ status: 404, body: '' })
  })
})

describe('an answer', () => {
  test('of a list is the page that was asked for', async () => {
    const { serve } = toyServer({ rows: Array.from({ length: 25 }, (_, i) => ({ id: i })) })
    expect(body(await serve({ search: 'page=3&size=10' }))).toEqual({
      total: 25,
      boxes: [20, 21, 22, 23, 24].map((id) => ({ id })),
    })
    expect(body(await serve({ search: 'page=9' }))).toEqual({ total: 25, boxes: [] })
  })

  test('has the success status of its operation', async () => {
    const { serve } = toyServer()
    expect(await serve({ method: 'POST', body: '{"kind":"small"}' })).toMatchObject({ status: 201 })
    expect(await serve({ method: 'DELETE', path: '/boxes/7' })).toMatchObject({ status: 204, body: '' })
  })

  test('is whatever a behaviour wants, with the headers of all answers', async () => {
    const { serve } = toyServer({
      behaviours: { 'boxes.get': () => new Reply(202, { later: true }, { location: '/x' }) },
      headers: (_request, id) => ({ 'x-request-id': id }),
    })
    const answer = await serve({ path: '/boxes/7' })
    expect(answer).toMatchObject({ status: 202, headers: { location: '/x', 'x-request-id': 'req_1' } })
    expect((await serve({ path: '/nothing' })).headers['x-request-id']).toBe('req_1')
  })

  test('a "no" of a behaviour is written in the envelope of its operation', async () => {
    const errors = { read: () => ({}), write: ({ message }: Refusal) => ({ oops: message }) }
    const contract = {
      ...toy,
      operations: { ...toy.operations, getBox: { ...toy.operations['getBox'], errors } as any },
    }
    const no = (): never => {
      throw new Refusal(404, 'no_box', 'no such box')
    }
    const { serve } = toyServer({ contract, behaviours: { 'boxes.get': no, 'boxes.settings': no } })
    expect(body(await serve({ path: '/boxes/7' }))).toEqual({ oops: 'no such box' })
    expect(codeOf(await serve({ path: '/boxes/settings' }))).toBe('404 no_box')
  })

  test('is an error of ours where a behaviour is missing or breaks', async () => {
    const { serve } = toyServer({
      behaviours: { 'boxes.get': undefined as any, 'boxes.list': () => ({ not: 'a list' }) },
    })
    await expect(serve({ path: '/boxes/7' })).rejects.toThrow('toy: boxes.get has no behaviour')
    await expect(serve()).rejects.toThrow("boxes.list: a list's behaviour returns an array")
  })
})
