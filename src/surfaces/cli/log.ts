import type { Log } from '../../pipeline/hub.ts'
import type { Program } from './program.ts'
import { oneLine } from './table.ts'

/** The same trouble again, every few seconds, is told once in a while. */
const quietMs = 10 * 60_000

/** Plain lines for people; with LOG set, JSON lines for programs. Both on stderr, and neither ever holds a key. */
export async function openLog(program: Program): Promise<Log> {
  const { log: level } = program.config()
  return level === undefined ? plainLog(program) : jsonLog(level)
}

function plainLog({ terminal, outside }: Program): Log {
  const told = new Map<string, number>()
  return (level, message, fields = {}) => {
    if (level === 'info') return
    const more = Object.entries(fields).map(([name, value]) => `${name}: ${String(value)}`)
    const line = oneLine([message, ...more].join('; '))
    const now = outside.now()
    if (now - (told.get(line) ?? 0) < quietMs) return
    if (told.size > 1000) told.clear()
    told.set(line, now)
    terminal.err(`${level === 'error' ? 'error' : 'note'}: ${line}\n`)
  }
}

const secrets = ['apiKey', 'api_key', 'key', 'secret', 'secrets', 'token', 'password', 'authorization']

async function jsonLog(level: string): Promise<Log> {
  const { pino, destination } = await import('pino')
  const redact = { paths: secrets.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]), censor: '•••' }
  const logger = pino({ level, redact, base: null }, destination(2))
  return (level, message, fields = {}) => logger[level](fields, message)
}
