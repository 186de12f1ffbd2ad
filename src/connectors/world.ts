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

export interface WorldHost {
  name: string
  ip: string
  mac: string
  user: string
  os: { platform: string; family: string; version: string; edition: string | null; build: string }
}

/** Something that a managed detection service raises an incident about. */
export interface Happening {
  /** 1, 2, 3 … over the whole world. */
  number: number
  /** When it took place, epoch ms. */
  at: number
  /** When the vendor's interface begins to show it; later than `at`. */
  shownAt: number
  /** When the vendor's analysts resolve it by themselves, if ever. */
  resolvedAt: number | null
  customer: WorldCustomer
  host: WorldHost
  /** Ground truth: happenings of one attack share it. Never shown to the hub. */
  attack: string
  /** The kind of attack, for the score: `ransomware`, `noise`. Never shown either. */
  story: string
  detector: string
  title: string
  description: string
  remediation: string
  severity: Severity
}
