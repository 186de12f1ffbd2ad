import type { Connector } from '../../connectors/connector.ts'
import { control } from '../../sandbox/control.ts'
import { humane } from '../../sandbox/habits.ts'
import { Sandbox, type Served } from '../../sandbox/sandbox.ts'
import { makeWorld } from '../../sandbox/world.ts'
import { type Listener, listen } from '../http.ts'
import type { Program } from './program.ts'
import type { SandboxTls } from './sandbox-tls.ts'

const day = 86_400_000

export interface SandboxPlan {
  seed: number
  customers: number
  port: number
  tls?: SandboxTls
}

/** The sandbox behind a port: three days of history, and a month to come. */
export async function serveSandbox(
  { outside }: Program,
  connectors: readonly Connector[],
  { seed, customers, port, tls }: SandboxPlan,
): Promise<{ sandbox: Sandbox; listener: Listener }> {
  const world = makeWorld({ seed, customers, start: outside.now() - 3 * day, days: 33 })
  const sandbox = new Sandbox(connectors, world, outside, humane)
  const own: Served = { origin: '', ...(tls && { caFile: tls.caFile }) }
  const listener = await listen(
    (request) =>
      request.path.startsWith('/_sandbox')
        ? Promise.resolve(control(sandbox, request, own))
        : sandbox.serve(request),
    { port, host: '127.0.0.1', variable: 'SANDBOX_PORT', ...(tls && { tls }) },
  )
  own.origin = listener.origin
  return { sandbox, listener }
}
