import * as z from 'zod'

import { readJson } from '../contract/body.ts'
import { issueLine } from '../contract/paging.ts'
import type { WireAnswer, WireRequest } from '../contract/wire.ts'
import { faultKinds, faultRule } from './faults.ts'
import type { SandboxClock } from './sandbox-clock.ts'
import type { Sandbox, Served } from './sandbox.ts'

const switchRule = z.strictObject({ vendor: z.string(), name: z.string(), value: z.string() })

const clockRule = z.strictObject({
  speed: z.number().min(0).max(3600).optional().describe('sandbox seconds for one real second'),
  forwardSeconds: z.number().min(0).max(31_536_000).optional(),
  to: z.iso.datetime({ offset: true }).optional(),
})

/** The sandbox's own routes under `/_sandbox/`: no vendor has them, and they need no key. */
export function control(
  sandbox: Sandbox,
  request: WireRequest,
  served: Served,
  clock?: SandboxClock,
): WireAnswer {
  const route = `${request.method} ${request.path.slice('/_sandbox'.length).replace(/\/$/, '')}`
  switch (route) {
    case 'GET ':
      return answer(200, {
        routes: ['connections', 'clock', 'faults', 'switches', 'truth', 'requests', 'reference'].map(
          (r) => `/_sandbox/${r}`,
        ),
      })
    case 'GET /connections':
      return answer(200, sandbox.served(served))
    case 'GET /faults':
      return answer(200, { kinds: faultKinds, rules: sandbox.faults.rules, struck: sandbox.faults.struck })
    case 'POST /faults':
      return withBody(request, z.union([faultRule, z.array(faultRule)]), (given) => {
        sandbox.faults.rules.push(...[given].flat())
        return answer(201, { rules: sandbox.faults.rules })
      })
    case 'DELETE /faults':
      sandbox.faults.rules.length = 0
      return answer(200, { rules: [] })
    case 'GET /switches':
      return answer(200, sandbox.switches())
    case 'POST /switches':
      return withBody(request, switchRule, ({ vendor, name, value }) => {
        const problem = sandbox.setSwitch(vendor, name, value)
        return problem === undefined ? answer(200, sandbox.switches()) : answer(400, { message: problem })
      })
    case 'GET /clock':
      return answer(200, clock === undefined ? { driven: false } : face(clock))
    case 'POST /clock':
      return clock === undefined
        ? answer(400, { message: 'this sandbox runs on a clock that is not its own' })
        : withBody(request, clockRule, (change) => drive(clock, change))
    case 'GET /truth':
      return answer(200, sandbox.truth())
    case 'GET /requests':
      return answer(200, sandbox.requests)
    default:
      return answer(404, { message: `the sandbox has no ${route}` })
  }
}

function face(clock: SandboxClock): object {
  return { driven: true, now: new Date(clock.now()).toISOString(), speed: clock.speed }
}

function drive(clock: SandboxClock, { speed, forwardSeconds, to }: z.output<typeof clockRule>): WireAnswer {
  if (to !== undefined && Date.parse(to) < clock.now())
    return answer(400, { message: `to ${to} has passed: the clock does not go back` })
  if (speed !== undefined) clock.run(speed)
  if (forwardSeconds !== undefined) clock.forward(forwardSeconds * 1000)
  if (to !== undefined) clock.forward(Date.parse(to) - clock.now())
  return answer(200, face(clock))
}

function withBody<T>(request: WireRequest, schema: z.ZodType<T>, act: (value: T) => WireAnswer): WireAnswer {
  const body = readJson(request.body)
  if (!body.ok) return answer(400, { message: body.message })
  const parsed = schema.safeParse(body.value)
  return parsed.success ? act(parsed.data) : answer(400, { message: issueLine(parsed.error) })
}

function answer(status: number, body: unknown): WireAnswer {
  return {
    status,
    headers: { 'content-type': 'application/json; charset=utf-8' },
    body: JSON.stringify(body),
  }
}
