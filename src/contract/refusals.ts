import { type Contract, defaultSwitches } from './contract.ts'
import type { Operation } from './operation.ts'
import { createServer } from './server.ts'
import type { WireAnswer, WireRequest } from './wire.ts'

/** How an API says no in one situation, with the sandbox's default switches. */
export interface SaidNo {
  when: string
  status: number
  body: string
  /** Headers that a client acts on. */
  headers: Record<string, string>
}

const good = 'a-good-key'

/** Asks the contract's own server wrongly, in every way that every API knows, and tells what it answers. */
export async function refusalsOf(contract: Contract): Promise<SaidNo[]> {
  const operations = Object.values(contract.operations)
  const plain = operations.find((op) => op.method === 'GET' && !op.path.includes('{')) ?? operations[0]
  if (plain === undefined) return []
  const ask = asker(contract)
  const keyed = contract.settings.some((field) => field.secret === true)
  const guarded = operations.find((op) => op.permission !== undefined)
  const found: [when: string, answer: WireAnswer | undefined][] = [
    ['no key', keyed ? await ask(plain, { key: '' }) : undefined],
    ['a key that is not known', keyed ? await ask(plain, { key: 'another-key' }) : undefined],
    ['a permission is missing', guarded && (await ask(guarded, { permissions: new Set() }))],
    ['a parameter or body does not fit', await firstUnfit(operations, ask)],
    ['no such path', await ask({ ...plain, path: '/no/such/path' }, {})],
    ['another method', await ask({ ...plain, method: 'PATCH' }, {})],
    ['too many requests', keyed ? tooMany(contract) : undefined],
  ]
  return found.flatMap(([when, answer]) =>
    answer === undefined || answer.status < 400 ? [] : toSaidNo(when, answer),
  )
}

interface Wrong {
  key?: string
  permissions?: ReadonlySet<string>
  search?: string
  body?: string
}

type Ask = (op: Operation, wrong: Wrong) => Promise<WireAnswer | undefined>

/** Neither limits nor behaviours are what we ask about: without them every "no" comes from the contract. */
function asker(given: Contract): Ask {
  const contract = { ...given, limits: { ...given.limits, grant: () => undefined } }
  const keyed = contract.settings.some((field) => field.secret === true)
  return async (op, { key = good, permissions, search = '', body = '' }) => {
    const server = createServer({
      contract,
      behaviours: {},
      identify: (key) =>
        key === good || !keyed ? { name: 'reader', permissions: permissions ?? 'all' } : undefined,
      now: () => 0,
      switches: defaultSwitches(contract),
      newRequestId: () => 'req_000000000001',
    })
    const headers: Record<string, string> = { 'content-type': 'application/json' }
    if (key !== '') contract.auth.sign(headers, signing(contract, key))
    const surface = op.surface === undefined ? '' : (contract.surfaces?.[op.surface]?.path ?? '')
    const path = `${surface}${op.path.replace(/\{\w+\}/g, '1')}`
    const request: WireRequest = { method: op.method, path, search, headers, body, ip: '127.0.0.1' }
    return server(request).catch(() => undefined)
  }
}

function signing(contract: Contract, key: string): Record<string, string> {
  const secret = contract.settings.find((field) => field.secret === true)?.name
  return secret === undefined ? {} : { [secret]: key }
}

async function firstUnfit(operations: readonly Operation[], ask: Ask): Promise<WireAnswer | undefined> {
  for (const op of operations) {
    const search = Object.keys({ ...op.query?.shape, ...op.paging?.query })
      .map((name) => `${encodeURIComponent(name)}=%3F`)
      .join('&')
    const answer = await ask(op, op.body === undefined ? { search } : { body: '{}' })
    if (answer?.status === 400 || answer?.status === 422) return answer
  }
  return undefined
}

function tooMany(contract: Contract): WireAnswer {
  const switches = defaultSwitches(contract)
  const refusal = contract.limits.refuse(30_000, switches, 0)
  const request: WireRequest = {
    method: 'GET',
    path: '/',
    search: '',
    headers: {},
    body: '',
    ip: '127.0.0.1',
  }
  const said = contract.restate?.(refusal, request, switches) ?? refusal
  const body = said.body ?? contract.errors.write(said, { requestId: 'req_000000000001', switches })
  return {
    status: said.status,
    headers: said.headers,
    body: typeof body === 'string' ? body : JSON.stringify(body),
  }
}

function toSaidNo(when: string, { status, headers, body }: WireAnswer): SaidNo[] {
  const heeded = Object.entries(headers).filter(([name]) => /retry|limit|allow|authenticate/i.test(name))
  return [{ when, status, body, headers: Object.fromEntries(heeded) }]
}
