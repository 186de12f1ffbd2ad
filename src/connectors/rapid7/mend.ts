import type { ApiError } from '../../contract/api-error.ts'
import type { Client } from '../../contract/client.ts'
import { baseOf } from '../../contract/contract.ts'
import { platform } from './platform.ts'
import { inRegion, regions } from './regions.ts'

/** What to do about an error, in a line. */
export function mendOf(error: ApiError, region: string): string {
  if (error.code === 'html_body')
    return 'A login or proxy page came instead of the API: check the base URL, and that no proxy asks for a sign-in.'
  if (error.code === 'foreign_link')
    return 'The answer links to a host that is not Rapid7’s in this region; the key was not sent there. Check the base URL and what stands in between.'
  if (error.code === 'organization_missing')
    return 'A multi-tenant key needs organizationId: the id of your own organization, in the console under Settings, Organization.'
  if (error.code === 'organization_unknown')
    return 'Set organizationId, or use a key that may read its products.'
  const word = byStatus[error.status]
  if (word !== undefined) return word.replace('{region}', region)
  return 'Rapid7 or the way to it is in trouble: try again in some minutes.'
}

const byStatus: Record<number, string> = {
  400: 'Rapid7 refuses the parameters: its interface may have changed. Please report this line.',
  401: 'The key is unknown in region {region} and in every other: it was deleted or mistyped. Make a new one under Administration, API Keys.',
  403: 'The key lacks the right: use an organization key, or give its owner the role.',
  404: 'Rapid7 does not serve this here: check the region and that the organization has InsightIDR.',
  429: 'Rapid7 throttles the key: see who else uses it, then wait for the next window.',
}

/** The region that knows the key; the same address in each of them is asked, as far as the address tells its region. */
export async function regionOfKey(client: Client): Promise<string | undefined> {
  const own = client.settings['region'] ?? 'us'
  const base = baseOf(client.contract, client.settings)
  for (const region of regions.filter((one) => one !== own)) {
    const there = inRegion(base, own, region)
    if (there === undefined) continue
    const outcome = await client.try(
      platform.validate,
      {},
      { link: `${there}/validate`, attempts: 1, timeoutMs: 10_000 },
    )
    if (outcome.ok) return region
  }
  return undefined
}
