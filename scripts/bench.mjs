// npm run bench -- <name> [arguments]: runs bench/<name>.ts under Node 24, which reads TypeScript as it is.
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { Failure, ensureInstalled, findNode, missingNode, root, run } from '../bin/prepare.mjs'

try {
  await ensureInstalled()
  const node = findNode()
  if (node === undefined) throw new Failure(missingNode)
  const names = listBenches()
  const [name, ...args] = process.argv.slice(2)
  if (!names.includes(name))
    throw new Failure(`usage: npm run bench -- <name>, one of: ${names.join(', ') || 'none yet'}`)
  process.exitCode = await run(node, [join(root, 'bench', `${name}.ts`), ...args], { stdio: 'inherit' })
} catch (error) {
  if (!(error instanceof Failure)) throw error
  process.stderr.write(`${error.message}\n`)
  process.exitCode = 1
}

function listBenches() {
  try {
    return readdirSync(join(root, 'bench')).flatMap((file) => /^(.+)(?<!\.test)\.ts$/.exec(file)?.[1] ?? [])
  } catch {
    return []
  }
}
