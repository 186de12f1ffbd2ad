import type { Connector } from '../connectors/connector.ts'
import { between } from '../domain/random.ts'
import type { FaultRule } from '../sandbox/faults.ts'
import type { Sandbox } from '../sandbox/sandbox.ts'

/** Everything that goes wrong, all the time. Writes are hit harder: there the damage is done. */
export const allFaults: readonly FaultRule[] = [
  { kind: 'drop-after', method: 'POST', rate: 0.05 },
  { kind: 'status-after', method: 'POST', status: 502, rate: 0.05 },
  { kind: 'late', method: 'POST', delayMs: 50_000, rate: 0.02 },
  { kind: 'slow', method: 'POST', delayMs: 45_000, rate: 0.02 },
  { kind: 'html', method: 'POST', rate: 0.02 },
  { kind: 'truncate', method: 'POST', rate: 0.02 },
  { kind: 'drop', rate: 0.01 },
  { kind: 'drop-after', rate: 0.01 },
  { kind: 'status', status: 500, rate: 0.01 },
  { kind: 'status', status: 503, rate: 0.01 },
  { kind: 'status-after', status: 504, rate: 0.005 },
  { kind: 'html', rate: 0.005 },
  { kind: 'truncate', rate: 0.005 },
  { kind: 'slow', delayMs: 40_000, rate: 0.002 },
  { kind: 'throttle', rate: 0.005 },
  { kind: 'drift', method: 'GET', rate: 0.02 },
]

/** Vendors differ from what is written about them: a third of the switches stands otherwise than by default. */
export function setQuirks(sandbox: Sandbox, connectors: readonly Connector[], random: () => number): void {
  for (const { contract } of connectors) {
    for (const [name, rule] of Object.entries(contract.switches)) {
      const values = rule.hostile ?? (rule.free === true ? [] : rule.values)
      const value = values[Math.floor(random() * values.length)]
      if (value !== undefined && random() < 1 / 3) sandbox.setSwitch(contract.vendor, name, value)
    }
  }
}

interface Weather {
  sleep(ms: number): Promise<void>
  random(): number
}

/** Now and then a vendor is gone altogether for a while. Runs until `over`. */
export async function outages(
  sandbox: Sandbox,
  vendors: readonly string[],
  weather: Weather,
  over: () => boolean,
): Promise<void> {
  for (;;) {
    await weather.sleep(between(weather.random, 6, 30) * 3_600_000)
    if (over()) return
    const rule: FaultRule = { kind: 'status', status: 503 }
    const vendor = vendors[between(weather.random, 0, vendors.length - 1)]
    if (vendor !== undefined) rule.vendor = vendor
    sandbox.faults.rules.unshift(rule)
    await weather.sleep(between(weather.random, 5, 45) * 60_000)
    const at = sandbox.faults.rules.indexOf(rule)
    if (at >= 0) sandbox.faults.rules.splice(at, 1)
  }
}
