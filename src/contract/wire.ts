/** One HTTP request and answer as the contract's server half sees them: no sockets, no framework. */
export interface WireRequest {
  method: string
  /** The path within the API, starting with `/`, percent-encoded, without the query. */
  path: string
  /** Raw query string without `?`. */
  search: string
  /** Names in lower case. */
  headers: Record<string, string | undefined>
  body: string
  /** The caller's address, for limits counted per IP. */
  ip: string
  /** The prefix that was taken off the path: absolute links in an answer need it. */
  mount?: string
  /** A sandbox fault: this many rows left the front of a list just before its page is cut. */
  drift?: number
}

export interface WireAnswer {
  status: number
  headers: Record<string, string>
  body: string
}

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

/** Values of a query string before decoding: every occurrence of every name. */
export type RawQuery = Map<string, string[]>

export function parseSearch(search: string): RawQuery {
  const query: RawQuery = new Map()
  if (search === '') return query
  for (const [name, value] of new URLSearchParams(search)) {
    const values = query.get(name)
    if (values) values.push(value)
    else query.set(name, [value])
  }
  return query
}
