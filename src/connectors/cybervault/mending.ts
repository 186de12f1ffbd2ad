import type { ApiError } from '../../contract/api-error.ts'

/** What to do about an error: by its code, else by its status. Messages are never read. */

const byCode: Record<string, string> = {
  missing_api_key: 'The key did not arrive: a proxy on the way may drop the Authorization header.',
  invalid_api_key:
    'Copy the whole key again from the dashboard, Settings, API Keys; it begins with cv_live_sk_ or cv_read_sk_.',
  expired_api_key: 'The key has expired: make a new one in the dashboard, Settings, API Keys.',
  revoked_api_key: 'The key was revoked or rotated: use the new one.',
  tenant_access_denied:
    'The tenant is suspended, or the key belongs to another one: ask CyberVault’s support.',
  invalid_scope:
    'Add the scope that the message names to the service account, in the dashboard, Settings, API Keys.',
  invalid_cursor: 'The list’s cursor does not hold any more: the next run begins the list anew.',
  endpoint_not_found: 'Check the base URL: it must end in /v3.',
  html_body: 'A page came instead of JSON: a proxy or login page stands between, or the base URL is wrong.',
  redirect: 'Check the base URL: keys are never sent on to where a redirect leads.',
  unexpected_shape:
    'The answer is not what CyberVault documents: check the base URL, and tell us when it is right.',
}

const byStatus: Record<number, string> = {
  401: 'Check the key’s prefix and expiry in the dashboard, Settings, API Keys.',
  403: 'Check the key’s scopes, and that it belongs to this tenant.',
  404: 'Check the base URL: it must end in /v3.',
  429: 'The plan’s requests are used up: wait a minute, and check the setting "plan".',
}

export function mendOf({ code, status }: ApiError): { mend?: string } {
  const mend = byCode[code] ?? byStatus[status]
  if (mend !== undefined) return { mend }
  if (status >= 500)
    return { mend: 'The vendor’s own trouble: try again later, or give its support the request id.' }
  return status === 0
    ? { mend: 'Check the base URL, this machine’s network, and that nothing blocks the way.' }
    : {}
}
