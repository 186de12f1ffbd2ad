import type { WireAnswer, WireRequest } from '../contract/wire.ts'
import { document } from './html.ts'
import { errorPage } from './page.ts'

export interface WebParts {
  /** Our API, under `/v3`. */
  api(request: WireRequest): Promise<WireAnswer>
  /** The status page. */
  page(): Promise<string>
  /** One case's page; undefined when there is no such case. */
  casePage(id: string): Promise<string | undefined>
  /** An API's reference, or the list of them for no name; undefined when there is no such API. */
  reference(name: string): Promise<string | undefined>
}

/**
 * What answers on the hub's port: the status page and the API. It has no keys yet, so it is for this machine alone: it
 * listens on the loopback interface, and a web page elsewhere that has bound its own name to 127.0.0.1 (DNS rebinding)
 * is known by the Host header that its visitor's browser sends, and refused.
 */
export function createWeb({
  api,
  page,
  casePage,
  reference,
}: WebParts): (request: WireRequest) => Promise<WireAnswer> {
  return async (request) => {
    if (!isLocal(request.headers['host']))
      return plain(403, 'This address is served to this machine alone: use localhost or 127.0.0.1.\n')
    const { path } = request
    if (path === '/v3' || path.startsWith('/v3/'))
      return api({ ...request, path: path.slice('/v3'.length) || '/' })
    if (request.method !== 'GET' && request.method !== 'HEAD')
      return plain(405, 'Only GET is served here.\n', { allow: 'GET, HEAD' })
    if (path === '/') return html(200, await page())
    const id = /^\/cases\/([\w-]{1,64})$/.exec(path)?.[1]
    const found = id === undefined ? undefined : await casePage(id)
    if (found !== undefined) return html(200, found)
    const name = /^\/reference(?:\/([\w-]{0,64}))?$/.exec(path)
    const described = name === null ? undefined : await reference(name[1] ?? '')
    if (described !== undefined) return html(200, described)
    const code = /^\/errors\/([a-z_]{1,40})$/.exec(path)?.[1]
    if (code !== undefined) return html(200, errorPage(code))
    return html(
      404,
      document(
        '<h1>Not found</h1><p>The <a href="/">status page</a> is at <code>/</code>, the API under <code>/v3</code>.</p>',
      ),
    )
  }
}

/** A request without Host comes from no browser, but from no client of ours either. */
function isLocal(host: string | undefined): boolean {
  return /^(localhost|127\.0\.0\.1|\[::1\])(:\d{1,5})?$/i.test(host ?? '')
}

const safe = {
  'content-security-policy':
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
}

function html(status: number, body: string): WireAnswer {
  return { status, headers: { 'content-type': 'text/html; charset=utf-8', ...safe }, body }
}

function plain(status: number, body: string, headers: Record<string, string> = {}): WireAnswer {
  return { status, headers: { 'content-type': 'text/plain; charset=utf-8', ...safe, ...headers }, body }
}
