import type { Deed } from '../connectors/sandbox-vendor.ts'

/** What technicians do to a ticket, how often, and how long they take to come to it. */
export interface Habit {
  kind: Deed['kind']
  /** Share of the tickets, 0 to 1. */
  share: number
  /** Hours after the ticket was made, or for `reopen` after it was resolved: at least and at most. */
  hours: readonly [number, number]
}

/** A desk as it is: half of the tickets are worked off within a day, a few are merged, deleted or moved. */
export const humane: readonly Habit[] = [
  { kind: 'answer', share: 0.4, hours: [0.2, 6] },
  { kind: 'prioritise', share: 0.1, hours: [0.2, 3] },
  { kind: 'resolve', share: 0.5, hours: [1, 24] },
  { kind: 'reopen', share: 0.08, hours: [1, 12] },
  { kind: 'merge', share: 0.02, hours: [1, 8] },
  { kind: 'delete', share: 0.01, hours: [1, 24] },
  { kind: 'move', share: 0.005, hours: [1, 12] },
]

export const answers = [
  'Looking into it now.',
  'Called the user; the device is off the network until we know more.',
  'The user says that this was them. Checking with their manager.',
  'Second scan is clean.',
  'Waiting for a maintenance window tonight.',
] as const

export const solutions = [
  'Cleaned, password reset, user informed.',
  'Device reimaged and back in service.',
  'Expected activity, no action needed.',
  'Blocked at the firewall; nothing else seen since.',
] as const
