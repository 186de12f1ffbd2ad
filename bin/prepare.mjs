// What has to be there before the product can run: its packages, its compiled form and a Node that is new enough.
// Shared by the launcher and by scripts/; runs on Node 20 with nothing installed.
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { cp, mkdir, open, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = dirname(dirname(fileURLToPath(import.meta.url)))
export const neededNode = 24

const at = (...parts) => join(root, ...parts)
const lockfile = at('package-lock.json')
const installed = at('node_modules', '.package-lock.json')
const installStamp = at('node_modules', '.watchfloor-lock')
const dist = at('dist')
const buildStamp = at('dist', '.built')

/** npm never packs package-lock.json: where it is missing we were installed as a package and dist/ came with us. */
const isCheckout = () => existsSync(lockfile) && existsSync(at('src'))

/** Installs what package-lock.json names, unless it is there already. */
export async function ensureInstalled() {
  if (!isCheckout() || isInstalled()) return
  await alone('install', async () => {
    if (isInstalled()) return
    say('Installing packages (npm ci, about half a minute) …')
    // Our own node_modules/.bin/node is about to be replaced: npm shall run on the machine's Node.
    const path = (process.env.PATH ?? '').split(delimiter).filter((dir) => dir !== at('node_modules', '.bin'))
    const env = { ...process.env, PATH: path.join(delimiter) }
    const code = await run('npm', ['ci', '--include=dev', '--include=optional'], { env })
    if (code !== 0) throw new Failure(`npm ci failed (exit code ${code}).`)
    stampInstall()
  })
}

/** Compiles src/ to dist/, unless dist/ already holds exactly this src/. */
export async function ensureBuilt() {
  if (!isCheckout() || isBuilt()) return
  await alone('build', async () => {
    const print = fingerprint()
    if (isBuilt(print)) return
    say('Building …')
    const fresh = at('.cache', `dist-${process.pid}`)
    const old = `${fresh}-old`
    try {
      const args = [
        at('node_modules', 'typescript', 'bin', 'tsc'),
        '-p',
        'tsconfig.build.json',
        '--outDir',
        fresh,
      ]
      const code = await run(findNode() ?? process.execPath, args)
      if (code !== 0) throw new Failure('The build failed; dist/ is as it was.')
      await cp(at('src'), fresh, { recursive: true, filter: isDirectoryOrAsset })
      await writeFile(join(fresh, '.built'), print)
      // A directory cannot be replaced in one step; the old one is gone for the time between two renames.
      await rename(dist, old).catch(ignoreMissing)
      await rename(fresh, dist)
    } finally {
      await rm(fresh, { recursive: true, force: true })
      await rm(old, { recursive: true, force: true })
    }
  })
}

/** A Node that can run the product: this one, or the one that npm brought. */
export function findNode() {
  if (Number(process.versions.node.split('.')[0]) >= neededNode) return process.execPath
  const name = `node-${process.platform}-${process.arch}`
  // In a checkout beside our packages, as an installed package beside ourselves.
  return [
    at('node_modules', name),
    join(dirname(root), name),
    at('node_modules', 'node'),
    join(dirname(root), 'node'),
  ]
    .filter((dir) => majorOf(dir) >= neededNode)
    .map((dir) => join(dir, 'bin', 'node'))
    .find((file) => existsSync(file))
}

export const missingNode =
  `watchfloor needs Node ${neededNode} or later and this is ${process.version}: install it from https://nodejs.org ` +
  `(on Linux x64 and arm64 npm brings it; run "npm ci --include=optional").`

/** Runs a command from the package root and resolves with its exit code. What it prints goes to our stderr. */
export function run(command, args, { env = process.env, stdio = ['ignore', 2, 2] } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: root,
      env,
      stdio,
      shell: process.platform === 'win32' && command === 'npm',
    })
    // Asked to end, we take it along: an npm ci left behind would race with the next one.
    let asked = 0
    const end = (signal, number) => {
      asked = number
      child.kill(signal)
    }
    process.on('SIGTERM', end).on('SIGHUP', end)
    child.once('error', (error) => reject(new Failure(`Cannot run ${command}: ${error.message}`)))
    child.once('close', (code, signal) => {
      process.off('SIGTERM', end).off('SIGHUP', end)
      if (asked) process.exit(128 + asked)
      resolve(signal === null ? code : 1)
    })
  })
}

/** Something to tell in one line, without a stack. */
export class Failure extends Error {}

function say(line) {
  process.stderr.write(`${line}\n`)
}

function isInstalled() {
  const stamp = installPrint()
  if (stamp === null) return false
  if (readIf(installStamp) === stamp) return true
  // Installed by hand: compare what npm noted with what the lockfile asks for.
  const wanted = JSON.parse(readFileSync(lockfile, 'utf8')).packages
  const present = JSON.parse(readFileSync(installed, 'utf8')).packages
  const same = Object.entries(wanted).every(([path, { version, optional, devOptional }]) => {
    if (path === '') return true
    return path in present ? present[path].version === version : Boolean(optional ?? devOptional)
  })
  if (same) stampInstall()
  return same
}

/** Both lockfiles, so that an `npm ci --omit=dev` after us is noticed too. */
function installPrint() {
  const note = statSync(installed, { throwIfNoEntry: false })
  if (!note) return null
  return createHash('sha256').update(readFileSync(lockfile)).update(String(note.mtimeMs)).digest('hex')
}

function stampInstall() {
  try {
    writeFileSync(installStamp, installPrint() ?? '')
  } catch {} // the stamp only saves time, and a read-only tree does without
}

function isBuilt(print = fingerprint()) {
  return readIf(buildStamp) === print
}

/** Path, size and time of everything that goes into dist/. */
function fingerprint() {
  const hash = createHash('sha256')
  const inputs = readdirSync(root).filter((name) => /^tsconfig.*\.json$/.test(name))
  for (const file of [...inputs, ...filesUnder('src')].toSorted()) {
    const { size, mtimeMs } = statSync(at(file), { throwIfNoEntry: false }) ?? {}
    hash.update(`${file} ${size} ${mtimeMs}\n`)
  }
  return hash.digest('hex')
}

/** @returns {string[]} */
function filesUnder(folder) {
  return readdirSync(at(folder), { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) return filesUnder(path)
    return /\.test\.tsx?$/.test(entry.name) ? [] : [path]
  })
}

async function isDirectoryOrAsset(source) {
  if ((await stat(source)).isDirectory()) return !source.endsWith('__snapshots__')
  return !/\.(tsx?|snap)$/.test(source)
}

/** One process at a time: the others wait for it. A holder that died is noticed by its pid, or by an old note. */
async function alone(name, work) {
  const file = at('.cache', `${name}.lock`)
  await mkdir(dirname(file), { recursive: true })
  let waited = false
  for (;;) {
    const handle = await open(file, 'wx').catch((error) => {
      if (error.code !== 'EEXIST') throw error
    })
    if (handle) {
      await handle.writeFile(JSON.stringify({ pid: process.pid, host: hostname() }))
      await handle.close()
      break
    }
    if (await isAbandoned(file)) await rm(file, { force: true })
    else {
      if (!waited) say(`Waiting for another process to finish its ${name} …`)
      waited = true
      await new Promise((resolve) => setTimeout(resolve, 200))
    }
  }
  const drop = () => rmSync(file, { force: true })
  const alive = setInterval(() => void utimes(file, new Date(), new Date()).catch(ignoreMissing), 5000)
  process.once('exit', drop)
  try {
    return await work()
  } finally {
    clearInterval(alive)
    process.off('exit', drop)
    drop()
  }
}

async function isAbandoned(file) {
  const [text, note] = await Promise.all([readFile(file, 'utf8'), stat(file)]).catch(() => [])
  if (note === undefined) return false
  if (Date.now() - note.mtimeMs > 30_000) return true
  try {
    const { pid, host } = JSON.parse(text)
    return host === hostname() && !isRunning(pid)
  } catch {
    return false // being written
  }
}

function isRunning(pid) {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return error.code === 'EPERM'
  }
}

function majorOf(packageDir) {
  const text = readIf(join(packageDir, 'package.json'))
  return text === null ? 0 : Number.parseInt(JSON.parse(text).version, 10)
}

function readIf(file) {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    ignoreMissing(error)
    return null
  }
}

function ignoreMissing(error) {
  if (error.code !== 'ENOENT') throw error
}
