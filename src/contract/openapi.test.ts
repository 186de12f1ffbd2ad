import { Validator } from '@seriousme/openapi-schema-validator'
import { expect, test } from 'vitest'
import * as z from 'zod'

import type { Contract } from './contract.ts'
import { toOpenApi } from './openapi.ts'
import type { Operation } from './operation.ts'
import { box, getBox, listBoxes, paging, toy } from './testing.ts'

const documentOf = (contract: Contract): any => toOpenApi(contract, ['https://us.toy.test/v1'])

async function problems(document: Record<string, unknown>): Promise<unknown> {
  const validator = new Validator()
  const { valid, errors } = await validator.validate(structuredClone(document))
  return valid ? validator.version : errors
}

test('the document of a contract is valid OpenAPI 3.1', async () => {
  expect(await problems(documentOf(toy))).toBe('3.1')
})

test('every operation is in it, with its parameters, its body and its success', () => {
  const { paths } = documentOf(toy)
  expect(Object.values(paths).flatMap((path) => Object.keys(path as object))).toHaveLength(8)
  const { get, post } = paths['/boxes']
  const names = get.parameters.map(({ name, required }: any) => `${name} ${required}`)
  expect(names).toEqual(['kinds false', 'minWeight false', 'sealed false', 'page false', 'size false'])
  expect(get.responses[200].content['application/json'].schema).toMatchObject({
    properties: {
      total: { type: 'number' },
      boxes: { type: 'array', items: { type: 'object', required: ['id'] } },
    },
  })
  expect(post.requestBody.content['application/json'].schema.required).toEqual(['kind'])
  expect(post.responses[201]).toBeDefined()
  expect(post['x-permission']).toEqual(['write'])
  expect(paths['/boxes/{id}/labels/{label}'].get.parameters).toMatchObject([
    { name: 'id', in: 'path', required: true },
    { name: 'label', in: 'path', required: true },
  ])
  expect(paths['/report'].get.responses[200].content).toHaveProperty('text/plain')
  expect(paths['/boxes/{id}'].delete.responses[204]).not.toHaveProperty('content')
})

test.each<[string, (rows: readonly unknown[]) => unknown, object]>([
  ['a bare list', (rows) => rows, { type: 'array' }],
  [
    'rows deeper down',
    (rows) => ({ data: { items: rows, next: null } }),
    { properties: { data: { properties: { items: { type: 'array' } } } } },
  ],
  [
    'fields that are left out',
    (rows) => ({ data: rows, next: undefined }),
    { properties: { data: { type: 'array' } } },
  ],
])('an envelope is shown as it is written: %s', async (_name, write, schema) => {
  const op: Operation = { ...listBoxes, paging: { ...paging, write } }
  const document = documentOf({ ...toy, operations: { op } })
  expect(document.paths['/boxes'].get.responses[200].content['application/json'].schema).toMatchObject(schema)
  expect(await problems(document)).toBe('3.1')
})

test('a schema that refers to itself or is used twice stays resolvable', async () => {
  const tree = z.object({ id: z.string(), get parts() { return z.array(tree) } }) // prettier-ignore
  const op: Operation = {
    ...getBox,
    answer: z.object({ a: tree, b: tree, box }),
  }
  const document = documentOf({ ...toy, operations: { op } })
  expect(await problems(document)).toBe('3.1')
  for (const [, reference] of JSON.stringify(document).matchAll(/"\$ref":"([^"]*)"/g)) {
    const found = (reference ?? '')
      .split('/')
      .slice(1)
      .reduce((at: any, part) => at?.[part.replaceAll('~1', '/').replaceAll('~0', '~')], document)
    expect(found).toMatchObject({ type: 'object', properties: {} })
  }
})
