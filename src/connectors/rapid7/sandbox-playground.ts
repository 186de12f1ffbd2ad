import type { Happening, World, WorldCustomer } from '../world.ts'
import { stamp } from './sandbox-ids.ts'
import type { Organization } from './sandbox-organization.ts'
import type { Investigation } from './sandbox-shelf.ts'
import { toAlert, toInvestigation } from './sandbox-make.ts'

/** One of everything, always at the same place, in an organization that the hub does not read. */
const day = 86_400_000

/** Something that took place in no customer's network. */
function lesson(world: World, number: number): Happening {
  const host = { name: 'LAB-01', ip: '10.0.0.10', mac: '02:00:00:00:00:10', user: 'trainee', os: labOs }
  const customer: WorldCustomer = {
    number: 0,
    name: world.msp,
    domain: 'lab.example',
    city: '',
    contact: { first: 'Demo', last: 'User', email: 'demo@lab.example', phone: '' },
    hosts: [host],
  }
  const at = world.start - 2 * day + number * 60_000
  return {
    number,
    at,
    shownAt: at,
    resolvedAt: null,
    customer,
    host,
    attack: `lesson-${number > 2 ? 2 : 1}`,
    story: 'lesson',
    detector: 'Suspicious Process',
    title: `Suspicious Process - Execution From Root of ProgramData - ${host.name}`,
    description: 'Activity that resembles attacker behavior has been observed in the network.',
    remediation: 'Look at the process tree.',
    severity: 'medium',
  }
}

const labOs = { platform: 'Microsoft', family: 'Windows', version: '11', edition: 'Pro', build: '22631' }

export function stockPlayground(organization: Organization, world: World): void {
  for (const number of [1, 2, 3]) {
    const happening = lesson(world, number)
    const alert = toAlert(organization, happening, happening.at)
    organization.addAlert(alert)
    const fresh = toInvestigation(organization, happening, happening.at)
    const own = organization.investigations.get(fresh.rrn) ?? organization.investigations.add(fresh)
    organization.link(alert, own, happening.at)
  }
  const first = organization.investigations.created[0]
  if (first === undefined) return
  organization.investigations.replace(first, {
    assignee: { name: 'Demo User', email: 'demo@lab.example' },
    threatCommand: 'PHISH-1',
    tags: ['Training'],
  })
  talk(organization, first, world.start - day)
}

function talk(organization: Organization, { rrn: target }: Investigation, at: number): void {
  const creator = { type: 'USER', name: 'Demo User' }
  const created_time = stamp(at, {})
  const file = organization.rrn('collaboration', 'attachment', 'LESSONATTACH')
  const row = {
    rrn: file,
    creator,
    created_time,
    file_name: 'test.txt',
    mime_type: 'text/plain',
    size: 4,
    scan_status: 'CLEAN',
  }
  organization.attachments.set(file, { row, content: 'test', target })
  const scanning = organization.rrn('collaboration', 'attachment', 'LESSONSCANNG')
  const pending = { ...row, rrn: scanning, file_name: 'fresh.bin', scan_status: 'PENDING' }
  organization.attachments.set(scanning, { row: pending, content: 'later', target })
  const comment = organization.rrn('collaboration', 'comment', 'LESSONCOMMEN')
  const text = {
    created_time,
    rrn: comment,
    target,
    creator,
    body: 'test',
    visibility: 'PUBLIC',
    attachments: [row],
  }
  organization.comments.set(comment, text)
}
