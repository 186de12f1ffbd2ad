import type { Severity } from '../domain/severity.ts'

/** The sandbox's made-up world, told without any vendor: each vendor's sandbox shows its own side of it. */
export interface World {
  seed: number
  /** Epoch ms at which the world's history begins. */
  start: number
  msp: string
  customers: WorldCustomer[]
  technicians: { id: number; name: string; email: string }[]
  /** In order of `at`. */
  happenings: Happening[]
}

export interface WorldCustomer {
  /** 1, 2, 3 …; each vendor makes its own id of it. */
  number: number
  name: string
  domain: string
  city: string
  contact: { first: string; last: string; email: string; phone: string }
  hosts: WorldHost[]
}

/** What a client is called every day, and by vendors who have no contract with it: without its legal form. */
export function tradeName({ name }: WorldCustomer): string {
  return name.replace(/,? (LLC|Inc\.)$/, '')
}

export interface WorldHost {
  name: string
  ip: string
  mac: string
  user: string
  os: { platform: string; family: string; version: string; edition: string | null; build: string }
}

/** What kinds of sensor there are: a managed detection service, a log platform, an engine that is handed telemetry. */
export type Sensor = 'soc' | 'siem' | 'endpoint'

/** What a machine itself did, for those who are handed its telemetry. */
export type Activity = 'shell' | 'dump' | 'encrypt' | 'beacon' | 'guess' | 'tool' | 'file'

/** Something that detection vendors raise something about. Its own words are those of the first sensor that tells of it. */
export interface Happening extends Telling {
  /** 1, 2, 3 … over the whole world. */
  number: number
  /** When it took place, epoch ms. */
  at: number
  customer: WorldCustomer
  /** The device, with the user whom it is about. */
  host: WorldHost
  /** Ground truth: happenings of one attack share it. Never shown to the hub. */
  attack: string
  /** The kind of attack, for the score: `ransomware`, `noise`. Never shown either. */
  story: string
  activity?: Activity
  /** What the vendors' analysts find out in the end. */
  falseAlarm?: boolean
  /** How each kind of sensor that saw it tells of it. Absent: all of them, in the happening's own words. */
  told?: Partial<Record<Sensor, Telling>>
}

export interface Telling {
  /** When the vendor's interface begins to show it; later than `at`. */
  shownAt: number
  /** When the vendor's analysts resolve it by themselves, if ever. */
  resolvedAt: number | null
  detector: string
  title: string
  description: string
  remediation: string
  severity: Severity
}

/** The happening in this sensor's words, or undefined when it did not see it. */
export function seenBy(happening: Happening, sensor: Sensor): Happening | undefined {
  if (happening.told === undefined) return happening
  const telling = happening.told[sensor]
  // The managed service's telling is the happening's own, which may have been rewritten since.
  if (telling === undefined || sensor === 'soc') return telling && happening
  return { ...happening, ...telling }
}
