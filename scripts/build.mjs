// npm run build: dist/ from src/, as the launcher makes it when it is missing or old.
import { Failure, ensureBuilt, ensureInstalled } from '../bin/prepare.mjs'

try {
  await ensureInstalled()
  await ensureBuilt()
} catch (error) {
  if (!(error instanceof Failure)) throw error
  process.stderr.write(`${error.message}\n`)
  process.exitCode = 1
}
