import type { Fetch, FetchAnswer } from '../domain/outside.ts'
import type { WireAnswer, WireRequest } from './wire.ts'

/** The connection breaks instead of an answer. */
export class Dropped extends Error {
  override name = 'Dropped'
  readonly code = 'ECONNRESET'
}

/** A `fetch` that leads to a server in this process, without sockets. A Dropped error is a broken connection. */
export function inProcessFetch(
  serve: (request: WireRequest, host: string) => Promise<WireAnswer>,
  ip: string,
): Fetch {
  return async (url, init) => {
    const { host, pathname, search } = new URL(url)
    const headers: Record<string, string> = {}
    for (const name in init.headers) headers[name.toLowerCase()] = init.headers[name] ?? ''
    headers['host'] = host
    const request: WireRequest = {
      method: init.method,
      path: pathname,
      search: search.slice(1),
      headers,
      body: init.body ?? '',
      ip,
    }
    return toFetchAnswer(await serve(request, host))
  }
}

function toFetchAnswer(answer: WireAnswer): FetchAnswer {
  return {
    status: answer.status,
    headers: { get: (name) => headerOf(answer.headers, name.toLowerCase()) },
    text: () => Promise.resolve(answer.body),
  }
}

/** Without regard to case, as over a socket. */
function headerOf(headers: Record<string, string>, lower: string): string | null {
  const name = Object.hasOwn(headers, lower)
    ? lower
    : Object.keys(headers).find((key) => key.toLowerCase() === lower)
  return name === undefined ? null : (headers[name] ?? null)
}
