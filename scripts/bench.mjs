// npm run bench: all benches at modest sizes, and a table. npm run bench -- <name> [arguments]: bench/<name>.ts alone.
// Under Node 24, which reads TypeScript as it is. Figures of one run are compared, never those of two.
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { Failure, ensureInstalled, findNode, missingNode, root } from '../bin/prepare.mjs'

/** What each is run with when all are run. */
const modest = {
  line: ['10000', '3', '10000,30000'],
  start: ['3'],
  sandbox: ['2', '3'],
  backfill: ['100000', '100'],
  simulate: ['3000'],
  clients: ['60', '40'],
  merges: ['10'],
}

try {
  await ensureInstalled()
  const node = findNode()
  if (node === undefined) throw new Failure(missingNode)
  const names = Object.keys(modest)
  const [name, ...args] = process.argv.slice(2)
  if (name !== undefined && !names.includes(name))
    throw new Failure(`usage: npm run bench -- <name>, one of: ${names.join(', ')}`)
  const results = []
  for (const one of name === undefined ? names : [name]) {
    results.push(...(await bench(node, one, name === undefined ? modest[one] : args)))
  }
  printTable(results)
} catch (error) {
  if (!(error instanceof Failure)) throw error
  process.stderr.write(`${error.message}\n`)
  process.exitCode = 1
}

/** Passes on what it prints, and gathers the lines that begin with `=`: its results. */
function bench(node, name, args) {
  const child = spawn(node, [join(root, 'bench', `${name}.ts`), ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let text = ''
  child.stdout.setEncoding('utf8').on('data', (chunk) => {
    text += chunk
    process.stdout.write(chunk)
  })
  return new Promise((resolve) => {
    child.on('close', (code) => {
      if (code !== 0) process.exitCode = 1
      const lines = text.split('\n').filter((line) => line.startsWith('= '))
      resolve(lines.map((line) => line.slice(2).split(' | ')))
    })
  })
}

function printTable(rows) {
  const table = [['bench', 'figure', 'goal', ''], ...rows]
  const widths = [0, 1, 2].map((column) => Math.max(...table.map((row) => row[column].length)))
  const lines = table.map((row) =>
    row
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join('  ')
      .trimEnd(),
  )
  process.stdout.write(`\n${lines.join('\n')}\n`)
}
