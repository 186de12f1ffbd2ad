// The reference of every API that we describe: nothing is left out, nothing stands twice, nothing secret stands at all.
import * as z from 'zod'
import { expect, describe, test } from 'vitest'
import { contractAt } from '../src/api/contract.ts'
import { loadConnectors } from '../src/connectors/registry.ts'
import type { Operation } from '../src/contract/operation.ts'
import { toMarkdown } from '../src/contract/reference-markdown.ts'
import { toReference } from '../src/contract/reference.ts'
import { makeWorld } from '../src/sandbox/world.ts'
import { referencePage } from '../src/surfaces/reference-page.ts'
import { openShell, until } from './cli-harness.ts'

const connectors = await loadConnectors()
const own = { contract: contractAt('http://127.0.0.1:4400'), notes: '', keys: [] as string[] }
const world = makeWorld({ seed: 1, customers: 3, start: 0, days: 1 })
const apis = [
  own,
  ...connectors.map(({ contract, sandbox, notes = '' }) => {
    const { keys } = sandbox.open(world, { now: () => 0, random: () => 0.5, switches: {} })
    return { contract, notes, keys: keys.map((key) => key.value) }
  }),
]

describe.each(apis.map((api) => [api.contract.vendor, api] as const))(
  '%s',
  (_vendor, { contract, notes, keys }) => {
    const operations = Object.values(contract.operations)

    test('every operation stands there once, with each of its fields', async () => {
      const sections = sectionsOf(toMarkdown(await toReference(contract, notes)))
      const named = [...sections.keys()].filter((title) => operations.some((op) => op.id === title))
      expect(named.toSorted()).toEqual(operations.map((op) => op.id).toSorted())
      for (const op of operations) {
        const text = sections.get(op.id) ?? ''
        const missing = namesIn(op).filter((name) => !new RegExp(`\\b${name}\\b`).test(text))
        expect([op.id, missing]).toEqual([op.id, []])
        expect(text).toContain(`${op.method} http`)
        expect(text).toContain(op.source.replaceAll('<', '&lt;').replaceAll('|', '\\|'))
        for (const permission of op.permission ?? []) expect(text).toContain(permission)
      }
    })

    test('so do settings, switches, errors, paging and oddities', async () => {
      const markdown = toMarkdown(await toReference(contract, notes))
      const sections = sectionsOf(markdown, '##')
      for (const { name } of contract.settings) expect(sections.get('Connecting')).toContain(`\`${name}\``)
      for (const name of Object.keys(contract.switches))
        expect(sections.get('Switches of the sandbox')).toContain(`| \`${name}\` |`)
      expect(sections.get('Errors')).toMatch(/no such path \| 404/)
      for (const op of operations.filter((one) => one.paging))
        expect(sections.get('Paging')).toContain(`\`${op.id}\``)
      const links = [...notes.matchAll(/https?:\/\/[^\s)>`]+/g)].map(([link]) => link)
      for (const link of links) expect(sections.get('Oddities')).toContain(link)
      expect(sections.has('Oddities')).toBe(notes !== '')
    })

    test('its page needs nothing else, every link in it leads somewhere, and no key is in it', async () => {
      const page = referencePage(await toReference(contract, notes))
      const places = [...page.matchAll(/href="#([^"]+)"/g)].map(([, place]) => place)
      expect(places).toEqual(
        expect.arrayContaining(['Connecting', 'Operations', ...operations.map((op) => op.id)]),
      )
      expect(places.filter((place) => !page.includes(` id="${place}"`))).toEqual([])
      expect(page).not.toMatch(/<script|<link rel="stylesheet"|src="http/)
      for (const key of keys) expect(page).not.toContain(key)
    })
  },
)

test('the command prints it and writes it; sandbox and help know of it', async () => {
  const shell = openShell()
  const printed = await shell.run('reference syncro')
  expect(printed.out).toMatch(/^# Syncro v1\n[\s\S]*## Oddities/)
  expect((await shell.run('reference synkro')).err).toMatch(/did you mean "syncro"/)
  const nowhere = await shell.run('reference syncro --html /no/such/folder/a.html')
  expect({ exit: nowhere.exit, err: nowhere.err }).toEqual({
    exit: 3,
    err: 'watchfloor: /no/such/folder/a.html cannot be written (ENOENT): name another file\n',
  })
  const sandbox = shell.start('sandbox --customers 1 --json')
  const [{ baseUrl }] = await until(() =>
    sandbox.text().endsWith(']\n') ? JSON.parse(sandbox.text()) : undefined,
  )
  const read = async (path: string) => {
    const answer = await fetch(new URL(`/_sandbox/reference${path}`, baseUrl))
    return { status: answer.status, text: await answer.text() }
  }
  expect(await read('')).toMatchObject({
    status: 200,
    text: expect.stringContaining('/_sandbox/reference/syncro'),
  })
  expect(await read('/syncro')).toMatchObject({
    status: 200,
    text: expect.stringContaining('<h1 id="Syncro-v1">'),
  })
  for (const path of ['/acme', 's', '/syncro/more']) expect((await read(path)).status).toBe(404)
  await sandbox.stop()
})

/** What stands below each heading of a level. */
function sectionsOf(markdown: string, level = '###'): Map<string, string> {
  const found = new Map<string, string>()
  for (const part of markdown.split(new RegExp(`^${level} `, 'm')).slice(1)) {
    const title = part.slice(0, part.indexOf('\n'))
    expect(found.has(title)).toBe(false)
    found.set(title, part.split(/^## /m)[0] ?? '')
  }
  return found
}

/** The names that a caller meets, read off the schemas by another way than the reference takes. */
function namesIn({ path, query, paging, body, answer, plain, status }: Operation): string[] {
  return [
    ...[...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? ''),
    ...Object.keys({ ...query?.shape, ...paging?.query }),
    ...(body instanceof z.ZodObject ? Object.keys(body.shape) : []),
    ...(answer instanceof z.ZodObject && plain !== true && status !== 204 ? Object.keys(answer.shape) : []),
  ].map((name) => name.replace(/[.[\]$]/g, '\\$&'))
}
