// Whatever is taken away from a vendor's reading is noticed by the conformance suite, and named: for every vendor each
// field of each mapping, each rule of its pages, each thing that its errors say.
import { describe, expect, test } from 'vitest'

import { type ErrorHabit, type ErrorReading, isObject } from '../contract/errors.ts'
import type { PageReading } from '../contract/paging.ts'
import { makeWorld } from '../sandbox/world.ts'
import {
  type ListOperation,
  errorProblems,
  keyFor,
  mappingProblems,
  pageProblems,
  readingsOf,
  sampleOf,
  sourcesOf,
  walkable,
} from './checks.ts'
import { readExchanges } from './conformance.ts'
import type { Connector } from './connector.ts'
import type { Feed } from './feed.ts'
import { loadConnectors, vendorFolders } from './registry.ts'
import { openPair } from './testing.ts'

const start = Date.parse('2026-06-01T00:00:00Z')
const small = makeWorld({ seed: 11, customers: 4, start, days: 3 })
const wide = makeWorld({ seed: 11, customers: 30, start, days: 3, attacksPerCustomerDay: 1 })

describe.each((await loadConnectors()).map((one) => [one.contract.vendor, one] as const))(
  '%s',
  (vendor, connector) => {
    const folder = vendorFolders().find((one) => one.vendor === vendor)?.path ?? ''
    const exchanges = readExchanges(folder)

    test('every field of every mapping', async () => {
      const sources = await sourcesOf(connector, folder, small)
      const sound = await readingsOf(connector, sources, small)
      expect(mappingProblems(folder, sound)).toEqual([])
      const fields = Object.entries(sound).flatMap(([port, things]) => fieldsOf(port, things))
      expect(fields.length).toBeGreaterThan(1)
      for (const { port, path } of fields) {
        const faulty = await readingsOf(withoutField(connector, port, path), sources, small)
        const named = mappingProblems(folder, faulty).filter(
          (line) => line.startsWith(`${port}/`) && line.replace(/\/\d+(?=[/:])/g, '').includes(path),
        )
        expect([port, path, named.length > 0]).toEqual([port, path, true])
      }
    })

    const faults: [string, (reading: PageReading) => PageReading][] = [
      ['the way to the next page', ({ rows, total }) => ({ rows, total })],
      ['the total', ({ rows, next }) => ({ rows, next })],
      ['a row of every page', ({ rows, ...rest }) => ({ ...rest, rows: rows.slice(1) })],
    ]

    test('every page rule, of every list that has pages', async () => {
      const seen: Record<string, number> = {}
      for (const op of walkable(connector)) {
        const key = keyFor(openPair(connector, { world: small, now: start }), op)
        const sample = { world: wide, query: sampleOf(exchanges, op), ...key }
        const sound = await pageProblems(connector, op, sample)
        expect([op.id, sound.problems]).toEqual([op.id, []])
        if (sound.pages < 2) continue
        for (const [name, fault] of faults) {
          if (name === 'the total' && !sound.total) continue
          const { problems } = await pageProblems(connector, withPageFault(op, fault), sample)
          expect([
            name,
            problems.length > 0,
            problems.every((line) => line.startsWith(`${op.id}: `)),
          ]).toEqual([name, true, true])
          seen[name] = (seen[name] ?? 0) + 1
        }
      }
      expect(seen['the way to the next page']).toBeGreaterThan(0)
      expect(seen['a row of every page']).toBeGreaterThan(0)
    })

    test('every error reading: what the vendor prints of message, code and request id', () => {
      expect(errorProblems(connector)).toEqual([])
      const lost = (['message', 'code', 'requestId'] as const).filter((name) => {
        const problems = errorProblems(deafTo(connector, name))
        expect(problems.every((line) => line.includes(`the ${name} is not read`))).toBe(true)
        return problems.length > 0
      })
      expect(lost).toContain('message')
    })
  },
)

/** `event/finding_info/title`; the places of a list are left out. */
function pathsOf(value: unknown, path: string): string[] {
  if (Array.isArray(value)) return value.flatMap((item) => pathsOf(item, path))
  if (!isObject(value)) return [path]
  return Object.entries(value).flatMap(([key, inner]) => pathsOf(inner, path === '' ? key : `${path}/${key}`))
}

function fieldsOf(port: string, things: Record<string, unknown>): { port: string; path: string }[] {
  const paths = new Set(Object.values(things).flatMap((thing) => pathsOf(thing, '')))
  return [...paths]
    .filter((path) => path !== '' && !path.includes('unmapped/'))
    .map((path) => ({ port, path }))
}

/** The same without the field. */
function without(value: unknown, path: readonly string[]): unknown {
  if (Array.isArray(value)) return value.map((item) => without(item, path))
  const [first, ...rest] = path
  if (!isObject(value) || first === undefined || !(first in value)) return value
  const { [first]: inner, ...others } = value
  return rest.length === 0 ? others : { ...others, [first]: without(inner, rest) }
}

/** A copy of the connector, in which one field of one mapping is forgotten. */
function withoutField(connector: Connector, port: string, path: string): Connector {
  const cut = <T>(value: T): T => without(value, path.split('/')) as T // broken on purpose
  const feeds = connector.feeds.map((feed): Feed => {
    if (feed.name !== port) return feed
    const { toReading, toActivity, toAsset, toCustomer } = feed
    return {
      ...feed,
      ...(toReading && { toReading: (record) => cut(toReading(record)) }),
      ...(toActivity && { toActivity: (record) => cut(toActivity(record)) }),
      ...(toAsset && { toAsset: (record) => cut(toAsset(record)) }),
      ...(toCustomer && { toCustomer: (record, settings) => cut(toCustomer(record, settings)) }),
    }
  })
  const { desk, board } = connector
  return {
    ...connector,
    feeds,
    ...(desk && port === 'desk' && { desk: cutting(desk, path) }),
    ...(board && port === 'board' && { board: cutting(board, path) }),
  }
}

/** Each answer of the port stands under its own name: `found/subject` is cut from every ticket that is handed out. */
function cutting<Port extends object>(port: Port, path: string): Port {
  const field = path.split('/').at(-1) ?? ''
  return new Proxy(port, {
    get: (target, name) => {
      const act: unknown = Reflect.get(target, name)
      if (typeof act !== 'function') return act
      return async (...args: unknown[]) => deep(await act.apply(target, args), field)
    },
  })
}

function deep(value: unknown, field: string): unknown {
  if (Array.isArray(value)) return value.map((item) => deep(item, field))
  if (!isObject(value) || !isPlain(value)) return value
  const kept = Object.entries(value).filter(([key]) => key !== field)
  return Object.fromEntries(kept.map(([key, inner]) => [key, deep(inner, field)]))
}

function isPlain(value: object): boolean {
  return Object.getPrototypeOf(value) === Object.prototype
}

function withPageFault(op: ListOperation, fault: (reading: PageReading) => PageReading): ListOperation {
  const read: ListOperation['paging']['read'] = (body, asked) => {
    const reading = op.paging.read(body, asked)
    return typeof reading === 'string' ? reading : fault(reading)
  }
  return { ...op, paging: { ...op.paging, read } }
}

function deafTo(connector: Connector, name: keyof ErrorReading): Connector {
  const deaf = (habit: ErrorHabit): ErrorHabit => ({
    ...habit,
    read: (body) => ({ ...habit.read(body), [name]: undefined }),
  })
  return { ...connector, contract: { ...connector.contract, errors: deaf(connector.contract.errors) } }
}
