/** A connection that broke: whether the request had left by then, and what to tell people. */

/** Error codes of a connection that was never made: the request did not leave. */
const neverSent = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'UND_ERR_CONNECT_TIMEOUT',
  'CERT_HAS_EXPIRED',
  'CERT_NOT_YET_VALID',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
])

export function causeCode(cause: unknown): string {
  for (let error = cause; error instanceof Error; error = error.cause) {
    if ('code' in error && typeof error.code === 'string') return error.code
  }
  return 'network'
}

/**
 * Whether the trouble came before anything was sent. A connection that stood may break with the codes of one that never
 * did (Linux reports an unreachable host so): where the system call is told, it decides.
 */
export function wasNeverSent(cause: unknown, code: string): boolean {
  const calls = systemCalls(cause)
  if (calls.length > 0) return calls.every((call) => call === 'connect' || call === 'getaddrinfo')
  return neverSent.has(code)
}

/** Of a host with several addresses, every one's. */
function systemCalls(cause: unknown): string[] {
  if (!(cause instanceof Error)) return []
  const own = 'syscall' in cause && typeof cause.syscall === 'string' ? [cause.syscall] : []
  const inner: unknown[] = cause instanceof AggregateError ? cause.errors : [cause.cause]
  return [...own, ...inner.flatMap(systemCalls)]
}

export function networkMessage(code: string, url: string): string {
  const host = hostOf(url)
  if (code === 'ENOTFOUND') return `${host} does not exist: check the region or subdomain`
  if (code === 'ECONNREFUSED') return `${host} refuses connections: check the address, and that it is running`
  if (code === 'EAI_AGAIN') return `${host} cannot be looked up: check this machine's network and DNS`
  return `the connection to ${host} broke (${code.toLowerCase()})`
}

export function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : 'an unreadable address'
}
