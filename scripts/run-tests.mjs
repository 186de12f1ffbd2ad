// npm test: installs what is missing, runs Vitest under Node 24 and ends with one line, `N passed, N failed`.
// Arguments go to Vitest: npm test -- src/domain -t 'merges'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Failure, ensureInstalled, findNode, missingNode, root, run } from '../bin/prepare.mjs'

const folder = mkdtempSync(join(tmpdir(), 'watchfloor-tests-'))
try {
  await ensureInstalled()
  const node = findNode()
  if (node === undefined) throw new Failure(missingNode)
  const file = join(folder, 'results.json')
  const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs')
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`]
  const code = await run(node, [vitest, 'run', ...reporters, ...process.argv.slice(2)], { stdio: 'inherit' })
  const { passed, failed, skipped } = count(code, file)
  const broken = failed > 0 || code !== 0 || passed === 0
  process.exitCode = broken ? 1 : 0
  process.stdout.write(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}\n`)
} catch (error) {
  if (!(error instanceof Failure)) throw error
  process.stderr.write(`${error.message}\n`)
  process.exitCode = 1
  process.stdout.write('0 passed, 1 failed\n')
} finally {
  rmSync(folder, { recursive: true, force: true })
}

function count(code, file) {
  const results = read(file)
  const passed = results?.numPassedTests ?? 0
  const skipped = (results?.numPendingTests ?? 0) + (results?.numTodoTests ?? 0)
  // A file that could not be imported, or whose hooks failed, holds no failed test and is a failure all the same.
  const brokenFiles = (results?.testResults ?? []).filter(
    ({ status, assertionResults }) =>
      status === 'failed' && !assertionResults.some((test) => test.status === 'failed'),
  )
  const failed = (results?.numFailedTests ?? 0) + brokenFiles.length
  // Unhandled errors are in the exit code only.
  return { passed, skipped, failed: code !== 0 && failed === 0 && (passed > 0 || !results) ? 1 : failed }
}

function read(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    return undefined
  }
}
