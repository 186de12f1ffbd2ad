import type { Severity } from '../../domain/severity.ts'
import type { Happening, WorldCustomer } from '../world.ts'
import { alertRrnOf, shortId, uuidOf } from './sandbox-ids.ts'
import type { Alert, Organization, Person } from './sandbox-organization.ts'
import type { Investigation } from './sandbox-shelf.ts'

/** Fresh rows, made from what took place. */

/** What is too slight for an investigation stays an alert. */
export const slight: ReadonlySet<Severity> = new Set(['low', 'informational', 'unknown'])

const priorities: Partial<Record<Severity, string>> = {
  critical: 'CRITICAL',
  high: 'HIGH',
  medium: 'MEDIUM',
  low: 'LOW',
}

export function toAlert(organization: Organization, happening: Happening, at: number): Alert {
  const siem = slight.has(happening.severity) || happening.number % 3 !== 0
  const rrn = alertRrnOf(organization, `alert ${happening.number}`)
  return {
    rrn,
    id: siem ? rrn : uuidOf('alert', organization.id, happening.number),
    siem,
    happening,
    created: at,
    updated: at,
    version: 1,
    status: 'OPEN',
    priority: priorities[happening.severity] ?? 'UNMAPPED',
    disposition: 'UNDECIDED',
    investigation: null,
    tags: [],
    assignee: null,
  }
}

export function toInvestigation(organization: Organization, happening: Happening, at: number): Investigation {
  return {
    uuid: uuidOf('investigation', organization.id, happening.attack),
    rrn: organization.rrn(
      'investigation',
      'investigation',
      shortId('investigation', organization.id, happening.attack),
    ),
    organizationId: organization.id,
    title: happening.title,
    source: 'ALERT',
    status: 'OPEN',
    priority: priorities[happening.severity] ?? 'UNSPECIFIED',
    disposition: 'UNDECIDED',
    assignee: null,
    created: at,
    accessed: at,
    firstAlert: null,
    latestAlert: null,
    responsibility: 'CUSTOMER',
    tags: null,
    threatCommand: null,
    alerts: [],
  }
}

export function toPerson({ name, email }: { name: string; email: string }, admin: boolean): Person {
  const [first_name = '', last_name = ''] = name.split(' ')
  return {
    id: uuidOf('person', email),
    email,
    first_name,
    last_name,
    status: 'ACTIVE',
    platform_admin: admin,
    federated: false,
    last_login: null,
    timezone: 'America/New_York',
  }
}

export function staff({ contact }: WorldCustomer): Person[] {
  return [toPerson({ name: `${contact.first} ${contact.last}`, email: contact.email }, false)]
}
