#!/usr/bin/env node
// The launcher: a fresh clone and plain Node 20 are enough. It installs and builds what is missing, then runs
// dist/main.js under Node 24: in this process if it is one, otherwise as a child that lives and dies with it.
import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { Socket } from 'node:net'
import { constants } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { Failure, ensureBuilt, ensureInstalled, findNode, missingNode, root } from './prepare.mjs'

const lifeline = 'WATCHFLOOR_LIFELINE'

try {
  if (process.env[lifeline] === undefined) {
    await ensureInstalled()
    await ensureBuilt()
    endWithNpm()
  } else {
    dieWithParent()
  }
  const main = join(root, 'dist', 'main.js')
  if (!existsSync(main))
    throw new Failure(`${main} is missing: this package was published without its build.`)
  const node = findNode()
  if (node === undefined) throw new Failure(missingNode)
  if (node === process.execPath) await import(pathToFileURL(main).href)
  else handOver(node)
} catch (error) {
  if (!(error instanceof Failure)) throw error
  process.stderr.write(`${error.message}\n`)
  process.exitCode = 1
}

/** Starts ourselves again under the other Node with the same options, passes signals on and ends as it ends. */
function handOver(node) {
  const self = [...process.execArgv, fileURLToPath(import.meta.url)]
  const child = spawn(node, [...self, ...process.argv.slice(2)], {
    stdio: ['inherit', 'inherit', 'inherit', 'pipe'],
    env: { ...process.env, [lifeline]: '3' },
  })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => {
      // Ctrl-C and a closed terminal reach the child by themselves; once is enough.
      if (signal === 'SIGTERM' || !isInForeground()) child.kill(signal)
    })
  }
  child.once('error', (error) => {
    process.stderr.write(`${missingNode} (${error.message})\n`)
    process.exit(1)
  })
  child.once('exit', (code, signal) => process.exit(signal === null ? code : 128 + constants.signals[signal]))
}

/** Whether a terminal sends its signals to our whole process group. */
function isInForeground() {
  try {
    const [, , group, , terminal, foreground] = readFileSync('/proc/self/stat', 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ')
    return terminal !== '0' && group === foreground
  } catch {
    return process.stdin.isTTY
  }
}

/** npm and npx put a shell between themselves and us that passes no signal on: when it goes, we were meant too. */
function endWithNpm() {
  if (!['start', 'npx'].includes(process.env.npm_lifecycle_event)) return
  const parent = process.ppid
  const watch = setInterval(() => {
    if (process.ppid === parent) return
    clearInterval(watch)
    process.kill(process.pid, 'SIGTERM')
  }, 250).unref()
}

/** The pipe closes when the launcher is gone, however it went: a killed launcher leaves no hub behind on its port. */
function dieWithParent() {
  const fd = Number(process.env[lifeline])
  delete process.env[lifeline]
  new Socket({ fd })
    .on('close', () => process.kill(process.pid, 'SIGKILL'))
    .on('error', () => {})
    .resume()
    .unref()
}
