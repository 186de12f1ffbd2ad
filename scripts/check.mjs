// npm run check: types, lint, format, unused code, layers, tests; stops at the first that fails.
// `npm run check -- --fix` lets the linter and the formatter repair what they can first.
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { Failure, ensureInstalled, findNode, missingNode, root } from '../bin/prepare.mjs'

const steps = [
  { name: 'types', bin: 'typescript/bin/tsc', args: ['--noEmit'] },
  { name: 'lint', bin: 'oxlint/bin/oxlint', args: ['--type-aware', '--deny-warnings'], fix: ['--fix'] },
  { name: 'format', bin: 'oxfmt/bin/oxfmt', args: ['--check'], fix: ['--write'] },
  { name: 'unused', bin: 'knip/bin/knip.js', args: ['--no-progress'] },
  { name: 'layers', bin: 'vitest/vitest.mjs', args: ['run', 'test/layers.test.ts'] },
  { name: 'tests', script: 'scripts/run-tests.mjs', args: [] },
]

try {
  await ensureInstalled()
  const node = findNode()
  if (node === undefined) throw new Failure(missingNode)
  if (process.argv.includes('--fix'))
    for (const step of steps) if (step.fix) await attempt(node, step, step.fix)
  for (const step of steps) await check(node, step)
} catch (error) {
  if (!(error instanceof Failure)) throw error
  process.stderr.write(`${error.message}\n`)
  process.exitCode = 1
}

async function check(node, step) {
  const { name, args } = step
  if (name === 'tests' && process.env.WATCHFLOOR_CHECK_SKIP_TESTS === '1')
    return tell(name, 'left to npm test')
  const started = performance.now()
  const { code, output } = await attempt(node, step, args)
  const seconds = `${((performance.now() - started) / 1000).toFixed(1)} s`
  if (code === 0)
    return tell(
      name,
      `ok    ${seconds}${name === 'tests' ? `   ${output.trimEnd().split('\n').at(-1)}` : ''}`,
    )
  process.stdout.write(`${output.trimEnd()}\n`)
  tell(name, `FAILED ${seconds}`)
  throw new Failure(`check stopped at ${name}`)
}

function attempt(node, { bin, script }, args) {
  const file = bin ? join(root, 'node_modules', bin) : join(root, script)
  return new Promise((resolve, reject) => {
    const child = spawn(node, [file, ...args], { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text) => (output += text))
    child.once('error', reject)
    child.once('close', (code) => resolve({ code, output }))
  })
}

function tell(name, text) {
  process.stdout.write(`${name.padEnd(8)}${text}\n`)
}
