import * as z from 'zod'

/** The only reader of the environment. */
export interface Config {
  /** The data directory, as given. */
  data: string
  port: number
  sandboxPort: number
  /** PostgreSQL instead of the embedded database. */
  databaseUrl: string | undefined
  /** Seals the secrets of connections; without it a key file in the data directory does. */
  key: Buffer | undefined
  /** A folder that holds folders of further vendors. */
  connectors: string | undefined
  /** pino's level; without it the program tells people what happens in plain lines. */
  log: LogLevel | undefined
}

const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const
export type LogLevel = (typeof logLevels)[number]

/** A value of the environment that cannot be used, in one line that says how to mend it. */
class ConfigError extends Error {
  override name = 'ConfigError'
}

const port = (name: string, usual: number) =>
  z
    .string()
    .regex(/^\d{1,5}$/)
    .transform(Number)
    .refine((value) => value <= 65_535)
    .catch((context) => fail(name, context.input, `a port from 0 to 65535, such as ${usual}`))
    .optional()
    .transform((value) => value ?? usual)

const rules = z.object({
  WATCHFLOOR_DATA: z.string().default('./data'),
  PORT: port('PORT', 4400),
  SANDBOX_PORT: port('SANDBOX_PORT', 4500),
  DATABASE_URL: z
    .string()
    // The value is not shown: it may hold a password.
    .refine((value) => /^postgres(ql)?:\/\/./.test(value) && URL.canParse(value))
    .catch(() =>
      fail('DATABASE_URL', undefined, 'an address such as postgres://user:password@host:5432/watchfloor'),
    )
    .optional(),
  WATCHFLOOR_KEY: z
    .string()
    .regex(/^([0-9a-f]{64}|[\w+/-]{43}=?)$/i)
    .transform(toKey)
    .catch(() =>
      fail('WATCHFLOOR_KEY', undefined, '32 bytes in base64 or hex (make one: openssl rand -base64 32)'),
    )
    .optional(),
  WATCHFLOOR_CONNECTORS: z.string().optional(),
  LOG: z
    .enum(logLevels)
    .catch((context) => fail('LOG', context.input, `one of ${logLevels.join(', ')}`))
    .optional(),
})

export function readConfig(env: Record<string, string | undefined> = process.env): Config {
  // `PORT= npm start` means the same as no PORT at all.
  const given = Object.fromEntries(
    Object.entries(env).filter(([, value]) => value !== undefined && value !== ''),
  )
  const found = rules.parse(given)
  return {
    data: found.WATCHFLOOR_DATA,
    port: found.PORT,
    sandboxPort: found.SANDBOX_PORT,
    databaseUrl: found.DATABASE_URL,
    key: found.WATCHFLOOR_KEY,
    connectors: found.WATCHFLOOR_CONNECTORS,
    log: found.LOG,
  }
}

function toKey(text: string): Buffer {
  return Buffer.from(text, text.length === 64 ? 'hex' : 'base64')
}

function fail(name: string, value: unknown, wanted: string): never {
  const shown = typeof value === 'string' ? ` "${value}"` : ''
  throw new ConfigError(`${name}${shown} is malformed: it must be ${wanted}`)
}
