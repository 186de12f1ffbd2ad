import type { FaultRule } from './faults.ts'
import { humane } from './habits.ts'
import type { Habit } from './habits.ts'
import { stories } from './stories/index.ts'
import type { Story } from './stories/story.ts'

/** Worlds with a name, to try something in particular. */
export interface Scenario {
  name: string
  about: string
  attacksPerCustomerDay: number
  stories: readonly Story[]
  /** One story that comes over many customers at about the same time, after the sandbox has begun. */
  wave?: Wave
  faults: readonly FaultRule[]
  /** Set at every vendor that has a switch of this name. */
  switches: Readonly<Record<string, string>>
  habits: readonly Habit[]
}

export interface Wave {
  story: string
  /** Share of the customers. */
  share: number
  /** Hours after the beginning until it comes, and how long until it has reached the last of them. */
  afterHours: number
  withinHours: number
}

const everyday = { attacksPerCustomerDay: 1, stories, faults: [], switches: {}, habits: humane }

const quiet = ['noise', 'false-alarm', 'malware']

/** The first is the default. */
export const scenarios: readonly [Scenario, ...Scenario[]] = [
  { ...everyday, name: 'everyday', about: 'every kind of story, vendors at their best' },
  {
    ...everyday,
    name: 'quiet-week',
    about: 'noise, false alarms and stopped malware; nothing else for days',
    attacksPerCustomerDay: 0.3,
    stories: stories.filter(({ name }) => quiet.includes(name)),
  },
  {
    ...everyday,
    name: 'ransomware-friday',
    about: 'within two hours ransomware runs at every third customer, after days of little',
    attacksPerCustomerDay: 0.3,
    wave: { story: 'ransomware', share: 1 / 3, afterHours: 0.1, withinHours: 2 },
  },
  {
    ...everyday,
    name: 'phishing-wave',
    about: 'mailboxes of most customers are taken over within three hours',
    wave: { story: 'mail-compromise', share: 0.7, afterHours: 0.1, withinHours: 3 },
  },
  {
    ...everyday,
    name: 'storm',
    about: 'ten times as much as on other days',
    attacksPerCustomerDay: 10,
  },
  {
    ...everyday,
    name: 'late-vendor',
    about: 'a third of the rows is listed up to an hour after it was made',
    switches: { indexLagSeconds: '3600' },
  },
  {
    ...everyday,
    name: 'everything',
    about: 'a busy week with late, old and mixed rows, broken connections, refusals and time-outs',
    attacksPerCustomerDay: 3,
    wave: { story: 'ransomware', share: 1 / 3, afterHours: 1, withinHours: 4 },
    switches: { indexLagSeconds: '3600' },
    faults: [
      { kind: 'drop-after', method: 'POST', rate: 0.05 },
      { kind: 'status-after', method: 'POST', status: 502, rate: 0.05 },
      { kind: 'html', rate: 0.01 },
      { kind: 'status', status: 503, rate: 0.02 },
      { kind: 'truncate', rate: 0.005 },
      { kind: 'throttle', rate: 0.01 },
      { kind: 'drift', method: 'GET', rate: 0.02 },
      { kind: 'resend', method: 'GET', rate: 0.02 },
      { kind: 'reorder', method: 'GET', rate: 0.02 },
    ],
  },
]
