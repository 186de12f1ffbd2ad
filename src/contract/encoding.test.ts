import { expect, test } from 'vitest'
import * as z from 'zod'

import { type Part, decodeBody, encodeBody } from './encoding.ts'
import { type Operation, operation } from './operation.ts'

const parts = z.object({ parts: z.array(z.looseObject({ name: z.string() })) })
const make = (takes?: Operation['takes']): Operation =>
  operation({
    id: 'files.add',
    method: 'POST',
    path: '/files',
    summary: 'Files',
    source: 'made up',
    body: parts,
    answer: z.unknown(),
    ...(takes && { takes }),
  })
const upload = make(['multipart/form-data'])
const mixed = make(['application/json', 'text/csv', 'text/xml', 'multipart/form-data'])

function overTheWire(op: Operation, body: unknown): unknown {
  const { type, text } = encodeBody(op, body)
  return decodeBody(op, {
    method: 'POST',
    path: '/',
    search: '',
    headers: { 'content-type': type },
    body: text,
    ip: '',
  })
}

test('files arrive as they left, whatever stands in them', () => {
  const given: Part[] = [
    { name: 'filedata', fileName: 'a.txt', type: 'text/plain', text: 'one\r\ntwo\r\n' },
    { name: 'filedata', fileName: 'b.csv', type: undefined, text: '--watchfloor\n\n"ä€",2' },
    { name: 'note', fileName: undefined, type: undefined, text: '' },
  ]
  expect(overTheWire(upload, { parts: given })).toEqual({ parts: given })
})

test('a quote or a line end in a file name does not end its header', () => {
  const sent = encodeBody(upload, { parts: [{ name: 'f', fileName: 'a"\r\nx: y', text: 't' }] }).text
  expect(sent).toContain('filename="a%22%0D%0Ax: y"')
})

test('the same parts make the same bytes', () => {
  const body = { parts: [{ name: 'f', text: 't' }] }
  expect(encodeBody(upload, body)).toEqual(encodeBody(upload, body))
})

test('text keeps its type, everything else is JSON', () => {
  expect(encodeBody(mixed, 'a,b')).toEqual({ type: 'text/csv', text: 'a,b' })
  expect(encodeBody(mixed, ' <stix/>').type).toBe('text/xml')
  expect(encodeBody(mixed, { ips: [] })).toEqual({ type: 'application/json', text: '{"ips":[]}' })
  expect(encodeBody(make(), 'word')).toEqual({ type: 'application/json', text: '"word"' })
  expect(overTheWire(mixed, 'a,b')).toBe('a,b')
  expect(overTheWire(mixed, { ips: [] })).toBeUndefined()
})

test('a body that is no multipart has no parts', () => {
  const request = {
    method: 'POST',
    path: '/',
    search: '',
    headers: { 'content-type': 'multipart/form-data' },
    body: 'x',
    ip: '',
  }
  expect(decodeBody(upload, request)).toEqual({ parts: [] })
})
