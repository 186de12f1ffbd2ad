// A vendor that this program has never heard of: one folder, named by WATCHFLOOR_CONNECTORS, and nothing else edited.
// That the conformance suite passes for it stands in src/connectors/conformance.test.ts, which runs over it too.
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Validator } from '@seriousme/openapi-schema-validator'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openShell, until } from './cli-harness.ts'

const folder = join(import.meta.dirname, 'support', 'sixth-vendor')
const shell = openShell({ WATCHFLOOR_CONNECTORS: folder })
const sandbox = shell.start('sandbox --customers 3 --json')
let demos: { vendor: string; baseUrl: string; keys: { value: string }[] }[] = []

beforeAll(async () => {
  demos = await until(() => (sandbox.text().endsWith(']\n') ? JSON.parse(sandbox.text()) : undefined))
})
afterAll(() => sandbox.stop())

const at = (vendor: string) => demos.find((demo) => demo.vendor === vendor)!
const connect = (vendor: string) =>
  shell.run(`connect ${vendor} --base-url ${at(vendor).baseUrl} --key-stdin`, {
    stdin: at(vendor).keys[0]!.value,
  })

test('nothing but its folder names it', () => {
  const root = join(import.meta.dirname, '..', 'src')
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.ts'),
  )
  const naming = files.filter((file) =>
    /plain alerts|plain-key|sixth-vendor\/plain/i.test(readFileSync(join(root, file), 'utf8')),
  )
  expect(naming).toEqual([])
  expect(demos).toHaveLength(6)
})

test('every surface asks for the vendors that the configuration names, not only for our own', () => {
  const root = join(import.meta.dirname, '..', 'src', 'surfaces')
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.ts'),
  )
  const asking = files.filter((file) => /\bloadConnectors\b/.test(readFileSync(join(root, file), 'utf8')))
  expect(asking).toEqual([join('cli', 'vendors.ts')])
})

test('the sandbox serves it', async () => {
  const { baseUrl, keys } = at('plain')
  const ask = (headers: Record<string, string>) => fetch(`${baseUrl}/accounts`, { headers })
  const answer = await ask({ authorization: `Bearer ${keys[0]!.value}` })
  expect(await answer.json()).toMatchObject({ rows: [{ id: 1 }, { id: 2 }, { id: 3 }] })
  expect((await ask({})).status).toBe(401)
})

test('the form asks for its fields, and refuses its key on the command line', async () => {
  const { out } = await shell.run('connect plain --help')
  expect(out).toContain('--base-url=<baseUrl>')
  expect((await shell.run('connect plain --api-key abc')).err).toMatch(
    /--api-key is not taken from the command line/,
  )
  expect((await shell.run('connect plan')).err).toMatch(/did you mean "plain"/)
})

test('doctor runs its probes', async () => {
  const line = `doctor plain --base-url ${at('plain').baseUrl} --key-stdin --json`
  const good = await shell.run(line, { stdin: at('plain').keys[0]!.value })
  expect({ exit: good.exit, probes: JSON.parse(good.out).probes }).toMatchObject({
    exit: 0,
    probes: [{ probe: 'key', operation: 'GET /accounts', state: 'ok' }],
  })
  expect((await shell.run(line, { stdin: 'another' })).exit).toBe(1)
})

test('sync reads it into cases, each with its ticket', async () => {
  for (const vendor of ['plain', 'syncro']) expect((await connect(vendor)).exit).toBe(0)
  const { exit, out } = await shell.run('sync')
  expect({ exit, out }).toMatchObject({
    exit: 0,
    out: expect.stringMatching(/plain[\s\S]*changes delivered/),
  })
  const cases = JSON.parse((await shell.run('cases --json --limit 1000')).out)
  expect(cases.length).toBeGreaterThan(3)
  const tickets = new Set(cases.map((one: any) => one.ticket.number))
  expect(tickets.size).toBe(cases.length)
  expect((await shell.run(['case', cases[0].id])).out).toMatch(/plain/)
})

test('its documents exist: OpenAPI, reference and tools', async () => {
  const document = JSON.parse((await shell.run('openapi plain')).out)
  expect(await new Validator().validate(document)).toMatchObject({ valid: true })
  expect(Object.keys(document.paths)).toEqual(['/alerts', '/accounts'])
  const { out } = await shell.run('reference plain')
  for (const word of [
    '# Plain Alerts 1',
    '### alerts.list',
    '`rows[].host`',
    '## Oddities',
    'made up for our tests',
  ])
    expect(out).toContain(word)
  const tools = JSON.parse((await shell.run('tools plain')).out)
  expect(tools).toMatchObject([
    { name: 'plain_alerts_list', inputSchema: { properties: { after: { type: 'integer' } }, required: [] } },
    { name: 'plain_accounts_list', annotations: { readOnlyHint: true } },
  ])
})

test('a folder that cannot be used is said in one line', async () => {
  const home = mkdtempSync(join(tmpdir(), 'watchfloor-vendors-'))
  const openapi = async (connectors: string) => {
    const { exit, err } = await openShell({ WATCHFLOOR_CONNECTORS: connectors }).run('openapi syncro')
    return { exit, lines: err.trim().split('\n').length, err }
  }
  const put = (vendor: string, text: string) => {
    mkdirSync(join(home, vendor, vendor), { recursive: true })
    writeFileSync(join(home, vendor, vendor, 'index.js'), text)
    return join(home, vendor)
  }
  const told = (text: string) => ({ exit: 2, lines: 1, err: expect.stringContaining(text) })
  expect(await openapi(join(home, 'nowhere'))).toEqual(told('nowhere is not there'))
  expect(await openapi(put('empty', 'export {}\n'))).toEqual(
    told('has no default export that is a Connector'),
  )
  expect(await openapi(put('broken', 'throw new Error("it broke")\n'))).toEqual(
    told('cannot be loaded: it broke'),
  )
  const twin = 'export default { contract: { vendor: "syncro" } }\n'
  expect(await openapi(put('twin', twin))).toEqual(told('there are two vendors "syncro"'))
})
