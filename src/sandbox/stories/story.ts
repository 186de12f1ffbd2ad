import type { Activity, Sensor } from '../../connectors/world.ts'
import type { Severity } from '../../domain/severity.ts'

/** One kind of attack as data. Each sensor tells of the same steps in its own words, or does not see them at all. */
export interface Story {
  /** The kind, as the score prints it. */
  name: string
  /** How often, against the other stories. */
  weight: number
  severity: Severity
  steps: readonly Step[]
  /** It may end early, but not before so many steps. Default: it runs to its end. */
  least?: number
  /** It was none: the analysts of every vendor close what they told of it as a false positive. */
  falseAlarm?: boolean
  /** For noise: what makes it come from one and the same source again. Without it, each record stands for itself. */
  source?: 'tool' | 'scanner'
}

export interface Step extends Partial<Record<Sensor, Words>> {
  /** Minutes after the step before, at least and at most. */
  after: readonly [number, number]
  /** `next`: the attack has reached another device of the customer; `any`: whichever. Default: where it was before. */
  on?: 'next' | 'any'
  severity?: Severity
  /** What the machine itself did, for those who are handed telemetry. */
  activity?: Activity
}

/**
 * `{host}` WS-001-02, `{fqdn}` ws-001-02.acme.example, `{dc}` the domain controller, `{user}` jane.doe, `{account}`
 * ACME\jane.doe, `{mail}` jane.doe@acme.example, `{ip}` and `{domain}` of the attacker, `{hash}` of its file.
 */
export interface Words {
  /** The rule or app that noticed. */
  detector: string
  title: string
  text: string
  remediation?: string
}
