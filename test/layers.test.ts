// Holds the map of the code base: which way imports point, where a vendor may be named, where side effects live.
// The checker is a function of {path, text}; the last test plants strays and sees each of them caught.
import { readFileSync, readdirSync } from 'node:fs'
import { dirname, join, posix } from 'node:path'
import { expect, test } from 'vitest'

const root = dirname(import.meta.dirname)
const layers =
  'domain contract connectors analysis sandbox store pipeline api simulation surfaces main'.split(' ')

interface File {
  /** Below src/, with forward slashes. */
  path: string
  text: string
}

/** What may be done in few places only. `in` holds folders (with a slash) and files; main.ts is always among them,
 * except for the environment and SQL. The console runs in the browser, on the browser's clock. */
const addresses = [
  {
    what: 'network',
    // A call, not the declaration of a method that happens to be called fetch.
    seen: /(?<![.\w#$])fetch\s*\((?!(?<=^\s*(?:async\s+)?fetch\s*\()[^()]*\)\s*[:{])|\bglobalThis\.fetch\b/gm,
    in: ['contract/client.ts', 'main.ts', 'console/'],
  },
  {
    what: 'clock',
    seen: /\bDate\.now\b|\bnew Date\b(?!\s*\(\s*[^\s)])|(?<!\.)\bset(?:Timeout|Interval|Immediate)\b|\bperformance\.now\b|\bprocess\.hrtime\b|\bAbortSignal\.timeout\b|['"](?:node:)?timers(?:\/promises)?['"]/g,
    in: ['main.ts', 'console/'],
  },
  {
    what: 'randomness',
    seen: /\bMath\.random\b|\brandom(?:UUID|Bytes|Int|FillSync)\b|\bgetRandomValues\b/g,
    in: ['main.ts', 'console/'],
  },
  { what: 'environment', seen: /\bprocess\.env\b|\bprocess\[['"]env/g, in: ['config.ts'] },
  { what: 'SQL', seen: /\bfrom ['"](?:better-sqlite3|pg|kysely)(?:\/[^'"]*)?['"]/g, in: ['store/'] },
]

/** Exceptions, each with its reason: `<path> <what>`. */
const allowed = new Map([
  [
    'store/seal.ts randomness',
    'an AES-GCM IV that came from a seeded random would repeat, and give the secrets away',
  ],
  [
    'simulation/virtual-clock.ts clock',
    'one turn of the event loop lets every promise settle before the virtual time moves on',
  ],
])

test('imports point one way, vendors stay in their folders, side effects at their addresses', () => {
  expect(sources().flatMap((file) => strays(file, vendors()))).toEqual([])
})

test('every exception is still needed', () => {
  const files = new Map(sources().map((file) => [file.path, file]))
  const idle = [...allowed.keys()].filter((entry) => {
    const [path = '', what = ''] = entry.split(' ')
    const file = files.get(path)
    return !file || !sideEffects(file, new Map()).some((line) => line.includes(` ${what} `))
  })
  expect(idle).toEqual([])
})

test.each<[why: string, path: string, text: string, caught: string | null]>([
  ['to the left', 'pipeline/a.ts', "import { b } from '../store/b.ts'", null],
  [
    'to the right',
    'domain/a.ts',
    "\nimport type { B } from '../store/b.ts'",
    'src/domain/a.ts:2 imports store/b.ts',
  ],
  ['to the right, lazily', 'store/a.ts', "await import('../api/b.ts')", 'src/store/a.ts:1 imports api/b.ts'],
  [
    'to the right, over lines',
    'store/a.ts',
    "import {\n  b,\n} from '../api/b.ts'",
    'src/store/a.ts:3 imports api/b.ts',
  ],
  ['handed on', 'domain/a.ts', "export * from '../store/b.ts'", 'src/domain/a.ts:1 imports store/b.ts'],
  ['in a comment', 'domain/a.ts', "// from '../store/b.ts', Date.now()", null],
  ['outside src', 'domain/a.ts', "import '../../test/b.ts'", 'src/domain/a.ts:1 imports ../test/b.ts'],
  ['from no layer', 'helpers/a.ts', 'export {}', 'src/helpers/a.ts:1 belongs to no layer'],
  ['config by a surface', 'surfaces/cli.ts', "import { config } from '../config.ts'", null],
  [
    'config by the store',
    'store/a.ts',
    "import { config } from '../config.ts'",
    'src/store/a.ts:1 imports config.ts',
  ],
  ['console, operations', 'console/a.ts', "import '../api/operations/case.ts'", null],
  [
    'console, handlers',
    'console/a.ts',
    "import '../api/handlers/case.ts'",
    'src/console/a.ts:1 imports api/handlers/case.ts',
  ],
  ['vendor, shared', 'connectors/acme/a.ts', "import '../connector.ts'", null],
  [
    'vendor, another',
    'connectors/acme/a.ts',
    "import '../umbrella/b.ts'",
    'src/connectors/acme/a.ts:1 imports connectors/umbrella/b.ts',
  ],
  ['vendor named', 'api/a.ts', "if (vendor === 'Acme') {}", 'src/api/a.ts:1 names the vendor acme'],
  ['vendor in a name', 'api/a.ts', 'const isAcmeTicket = 1', 'src/api/a.ts:1 names the vendor acme'],
  ['vendor in its folder', 'connectors/acme/a.ts', "const vendor = 'acme'", null],
  ['vendor in a test', 'api/a.test.ts', "const vendor = 'acme'", null],
  ['network', 'api/a.ts', 'await fetch(url)', 'src/api/a.ts:1 network strays: fetch('],
  ['network, given', 'api/a.ts', 'await this.outside.fetch(url)', null],
  ['network, at the start of a line', 'api/a.ts', '  fetch(url)', 'src/api/a.ts:1 network strays: fetch('],
  ['network, a method', 'sandbox/a.ts', "class A {\n  fetch(ip = ''): Fetch {\n  }\n}", null],
  ['network, in the client', 'contract/client.ts', 'await fetch(url)', null],
  ['clock', 'api/a.ts', 'const t = new Date().getTime()', 'src/api/a.ts:1 clock strays: new Date'],
  ['clock, a time given', 'api/a.ts', 'const t = new Date(time)', null],
  ['clock, in a template', 'api/a.ts', 'const t = `${Date.now()}`', 'src/api/a.ts:1 clock strays: Date.now'],
  ['clock, in main', 'main.ts', 'const now = () => Date.now()', null],
  ['clock, told', 'api/a.ts', "const help = 'Date.now() is not used'", null],
  ['timer handed on', 'api/a.ts', 'run(setTimeout)', 'src/api/a.ts:1 clock strays: setTimeout'],
  ['randomness, for tests', 'store/testing.ts', 'const name = randomUUID()', null],
  [
    'randomness',
    'domain/a.ts',
    "import { randomUUID } from 'node:crypto'",
    'src/domain/a.ts:1 randomness strays: randomUUID',
  ],
  ['environment', 'main.ts', 'process.env.HOME', 'src/main.ts:1 environment strays: process.env'],
  ['SQL', 'api/a.ts', "import { sql } from 'kysely'", "src/api/a.ts:1 SQL strays: from 'kysely'"],
])('a planted stray: %s', (_why, path, text, caught) => {
  expect(strays({ path, text }, ['acme'])).toEqual(caught === null ? [] : [caught])
})

/** Every line of a file that stands where it should not. Tests may look everywhere. */
function strays(file: File, vendorNames: string[]): string[] {
  if (file.path.endsWith('.test.ts')) return []
  const home = layerOf(file.path)
  if (home === undefined) return [`src/${file.path}:1 belongs to no layer`]
  const effects = isTestHelp(file.path) ? [] : sideEffects(file, allowed)
  return [...imports(file), ...mentions(file, vendorNames), ...effects]
}

/** A layer's testing.ts serves tests only: it may start servers and name databases, but looks to the left like all. */
function isTestHelp(path: string): boolean {
  return path.endsWith('/testing.ts')
}

function imports({ path, text }: File): string[] {
  const code = withoutComments(text)
  const found = code.matchAll(/(?:\bfrom|\bimport)\s*\(?\s*['"](?<to>\.[^'"]+)['"]/g)
  return [...found].flatMap((match) => {
    const to = posix.join(posix.dirname(path), match.groups?.to ?? '')
    return mayImport(path, to) ? [] : [`${place(path, code, match.index + match[0].length)} imports ${to}`]
  })
}

function mayImport(from: string, to: string): boolean {
  const [home, target] = [layerOf(from), layerOf(to)]
  if (home === undefined || target === undefined) return false
  const [vendor, otherVendor] = [vendorOf(from), vendorOf(to)]
  if (vendor !== undefined && otherVendor !== undefined) return vendor === otherVendor
  if (home === target) return true
  if (home === 'console')
    return target === 'domain' || target === 'contract' || to.startsWith('api/operations/')
  if (target === 'config') return home === 'surfaces' || home === 'main'
  if (home === 'config') return target === 'domain' || target === 'contract'
  return target !== 'console' && layers.indexOf(target) < layers.indexOf(home)
}

function mentions({ path, text }: File, vendorNames: string[]): string[] {
  const code = withoutComments(text)
  return vendorNames
    .filter((vendor) => vendor !== vendorOf(path))
    .flatMap((vendor) =>
      [...code.matchAll(new RegExp(vendor, 'gi'))].map(
        (match) => `${place(path, code, match.index)} names the vendor ${vendor}`,
      ),
    )
}

function sideEffects({ path, text }: File, exceptions: ReadonlyMap<string, string>): string[] {
  const code = withoutStrings(text)
  return addresses
    .filter(
      ({ what, in: homes }) =>
        !homes.some((home) => path === home || (home.endsWith('/') && path.startsWith(home))) &&
        !exceptions.has(`${path} ${what}`),
    )
    .flatMap(({ what, seen }) =>
      [...code.matchAll(seen)].map(
        (match) => `${place(path, code, match.index)} ${what} strays: ${match[0]}`,
      ),
    )
}

/** The folder right below src/, or main and config, which are files there. */
function layerOf(path: string): string | undefined {
  const name = path.includes('/') ? path.slice(0, path.indexOf('/')) : path.replace(/\.ts$/, '')
  return layers.includes(name) || name === 'config' || name === 'console' ? name : undefined
}

function vendorOf(path: string): string | undefined {
  return /^connectors\/([^/]+)\//.exec(path)?.[1]
}

const token = /\/\*[\s\S]*?\*\/|\/\/[^\n]*|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`/g

function withoutComments(text: string): string {
  return text.replace(token, (part) => (part.startsWith('/') ? blank(part) : part))
}

/** Templates stay, since they hold code; so does what is imported. */
function withoutStrings(text: string): string {
  return withoutComments(text).replace(token, (part, at: number, whole: string) => {
    const imported = /(?:\bfrom|\bimport)\s*\(?\s*$/.test(whole.slice(Math.max(0, at - 20), at))
    return part.startsWith('`') || imported ? part : blank(part)
  })
}

function blank(part: string): string {
  return part.replace(/[^\n]/g, ' ')
}

function place(path: string, text: string, at: number): string {
  return `src/${path}:${text.slice(0, at).split('\n').length}`
}

function sources(): File[] {
  return entriesOf('src')
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
    .map((entry) => {
      const file = join(entry.parentPath, entry.name)
      return { path: posix.relative(join(root, 'src'), file), text: readFileSync(file, 'utf8') }
    })
}

function vendors(): string[] {
  const folder = join(root, 'src/connectors')
  return entriesOf('src/connectors').flatMap((entry) =>
    entry.isDirectory() && entry.parentPath === folder ? entry.name : [],
  )
}

function entriesOf(folder: string) {
  try {
    return readdirSync(join(root, folder), { withFileTypes: true, recursive: true })
  } catch {
    return [] // not there yet
  }
}
