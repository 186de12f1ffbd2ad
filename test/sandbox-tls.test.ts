// HTTPS under the vendors' own names, as a client meets it that nobody may change. Sockets on loopback alone.
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { request } from 'node:https'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openShell, until } from './cli-harness.ts'

interface Demo {
  vendor: string
  baseUrl: string
  caFile: string
  hosts: string[]
  keys: { name: string; value: string }[]
  [setting: string]: unknown
}

const shell = openShell()
const sandbox = shell.start('sandbox --tls --customers 3 --json')
let demos: Demo[] = []

beforeAll(async () => {
  demos = await until(() => (sandbox.text().endsWith(']\n') ? JSON.parse(sandbox.text()) : undefined))
})
afterAll(() => sandbox.stop())

const at = (vendor: string) => demos.find((demo) => demo.vendor === vendor)!
const bearer = (demo: Demo) => ({ authorization: `Bearer ${demo.keys[0]!.value}` })

/** What a client sends that believes to speak with the vendor: its name in TLS and in Host, our address below. */
function get(host: string, path: string, headers: Record<string, string>, ca: string | undefined) {
  const { port } = new URL(demos[0]!.baseUrl)
  return new Promise<{ status: number | undefined; body: string }>((resolve, reject) => {
    const options = {
      host: '127.0.0.1',
      port,
      path,
      servername: host,
      headers: { host, ...headers },
      ca,
      agent: false,
    }
    request(options, (answer) => {
      let body = ''
      answer.setEncoding('utf8').on('data', (part) => (body += part))
      answer.on('end', () => resolve({ status: answer.statusCode, body }))
    })
      .once('error', reject)
      .end()
  })
}

const calls: [vendor: string, host: string, path: string, headers: (demo: Demo) => Record<string, string>][] =
  [
    ['rocketcyber', 'api-us.rocketcyber.com', '/v3/account', bearer],
    ['syncro', 'acme.syncromsp.com', '/api/v1/me', bearer],
    ['rapid7', 'us.api.insight.rapid7.com', '/validate', (demo) => ({ 'x-api-key': demo.keys[0]!.value })],
    [
      'rapid7',
      'us.rest.logs.insight.rapid7.com',
      '/management/logsets',
      (demo) => ({ 'x-api-key': demo.keys[0]!.value, 'r7-organization-id': String(demo['organizationId']) }),
    ],
    ['rockety', 'app.rockety.io', '/api/v1/projects', bearer],
    ['cybervault', 'api.cybervault.io', '/v3/system/health', bearer],
  ]

test.each(calls)('%s as %s', async (vendor, host, path, headers) => {
  const demo = at(vendor)
  const ca = readFileSync(demo.caFile, 'utf8')
  expect(await get(host, path, headers(demo), ca)).toMatchObject({
    status: 200,
    body: expect.stringMatching(/^[[{]/),
  })
  expect((await get(host, path, {}, ca)).status).toBeGreaterThanOrEqual(400)
})

test('every vendor is among them, and every name that the sandbox tells of is in the certificate', async () => {
  expect(new Set(calls.map(([vendor]) => vendor))).toEqual(new Set(demos.map(({ vendor }) => vendor)))
  const ca = readFileSync(demos[0]!.caFile, 'utf8')
  for (const host of [
    ...demos.flatMap(({ hosts }) => hosts.map((one) => one.replace('*', 'any'))),
    'localhost',
  ])
    expect([host, (await get(host, '/_sandbox/requests', {}, ca)).status]).toEqual([host, 200])
})

test('a client that does not know the authority does not trust us, nor does one that looks for another name', async () => {
  const { caFile } = demos[0]!
  await expect(get('app.rockety.io', '/api/v1/projects', {}, undefined)).rejects.toThrow(
    /unable to (get local issuer|verify)|self.signed/i,
  )
  const ca = readFileSync(caFile, 'utf8')
  await expect(get('example.com', '/', {}, ca)).rejects.toMatchObject({
    code: 'ERR_TLS_CERT_ALTNAME_INVALID',
  })
})

test('the authority stays with the data, its key is for this user alone, and what is spoilt is made anew', async () => {
  const { caFile } = demos[0]!
  const keyFile = join(shell.data, 'sandbox-ca.key')
  const first = readFileSync(caFile, 'utf8')
  expect(statSync(keyFile).mode & 0o777).toBe(0o600)
  expect(first).not.toContain('PRIVATE')
  expect(await started()).toBe(first)
  writeFileSync(keyFile, readFileSync(keyFile, 'utf8').slice(100))
  const second = await started()
  expect(second).not.toBe(first)
  expect(await started()).toBe(second)
})

test('people are told which file to trust, and how', async () => {
  const told = shell.start('sandbox --tls --customers 1')
  await until(() => (told.text().includes('Ctrl-C') ? true : undefined))
  const { out } = await told.stop()
  expect(out).toContain(`NODE_EXTRA_CA_CERTS=${at('syncro').caFile}`)
  expect(out).toMatch(/--cacert \S+ --connect-to ::127\.0\.0\.1:\d+ -H 'authorization: .+' 'https:/)
  expect(existsSync(at('syncro').caFile)).toBe(true)
})

/** Starts another sandbox over the same data and gives the authority that it names. */
async function started(): Promise<string> {
  const other = shell.start('sandbox --tls --customers 1 --json')
  await until(() => (other.text().endsWith(']\n') ? true : undefined))
  const { out } = await other.stop()
  return readFileSync(JSON.parse(out)[0].caFile, 'utf8')
}
