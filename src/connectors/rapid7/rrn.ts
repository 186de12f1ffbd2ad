import { plainRegion } from './regions.ts'

/** `rrn:service:region:organization:type[:type...]:id`; region and organization may be empty. */
export interface Rrn {
  service: string
  region: string
  organization: string
  type: string
  id: string
}

export function readRrn(text: string): Rrn | undefined {
  const [head, service, region, organization, ...rest] = text.split(':')
  const id = rest.pop()
  if (head !== 'rrn' || service === undefined || organization === undefined || rest.length === 0)
    return undefined
  return { service, region: plainRegion(region ?? ''), organization, type: rest.join(':'), id: id ?? '' }
}

export function organizationOf(text: string | null | undefined): string | undefined {
  const organization = text == null ? undefined : readRrn(text)?.organization
  return organization === '' ? undefined : organization
}
