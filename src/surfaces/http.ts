import { type IncomingMessage, type ServerResponse, createServer } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'

import { Dropped } from '../contract/in-process.ts'
import type { WireAnswer, WireRequest } from '../contract/wire.ts'
import type { Certified } from './certificates.ts'

export interface Listener {
  /** `http://127.0.0.1:4400` */
  origin: string
  close(): Promise<void>
}

class ListenError extends Error {
  override name = 'ListenError'
}

export interface ListenOptions {
  port: number
  host: string
  /** The setting that moves it to another port. */
  variable: string
  /** HTTPS instead of HTTP. */
  tls?: Certified
  /** Told of every request that ended in an error of ours; the answer is 500. */
  onError(trouble: Trouble): void
}

/** For one line of a log. It never holds what came in a query or a header: keys stand there. */
export interface Trouble extends Record<string, string> {
  method: string
  path: string
  reason: string
}

/** Puts a server reading behind a port. A thrown Dropped breaks the connection instead of answering. */
export async function listen(serve: Serve, options: ListenOptions): Promise<Listener> {
  const { tls } = options
  const scheme = tls === undefined ? 'http' : 'https'
  const on = (incoming: IncomingMessage, outgoing: ServerResponse): void =>
    void answer(serve, scheme, options.onError, incoming, outgoing)
  const server = tls === undefined ? createServer(on) : createTlsServer(tls, on)
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(explain(error, options)))
    server.listen(options.port, options.host, resolve)
  })
  const { port } = server.address() as AddressInfo // a TCP server has one
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve())
      server.closeAllConnections()
    })
  return { origin: `${scheme}://${options.host}:${port}`, close }
}

type Serve = (request: WireRequest) => Promise<WireAnswer>

async function answer(
  serve: Serve,
  scheme: string,
  onError: ListenOptions['onError'],
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  let request: WireRequest | undefined
  try {
    request = await toWire(scheme, incoming)
    const { status, headers, body } = await serve(request)
    const length =
      incoming.method === 'HEAD' || status === 204 ? {} : { 'content-length': Buffer.byteLength(body) }
    outgoing.writeHead(status, { ...headers, ...length }).end(body)
  } catch (error) {
    // Without a request it broke off while it came in: nobody waits for an answer.
    if (request === undefined || error instanceof Dropped) return void incoming.socket.destroy()
    onError({ method: request.method, path: request.path, reason: reasonOf(error, request) })
    if (outgoing.headersSent) incoming.socket.destroy()
    else outgoing.writeHead(500, { 'content-type': 'text/plain; charset=utf-8' }).end(broken)
  }
}

const broken = 'Something went wrong here; the log of the program says what.\n'

/** The error with the place where it was thrown, on one line. */
function reasonOf(error: unknown, request: WireRequest): string {
  const [place = ''] = (error instanceof Error ? error.stack : undefined)?.match(/\bat .+/) ?? []
  const line = `${String(error)} ${place}`.replace(/\s+/g, ' ').trim()
  return secretsOf(request).reduce((text, secret) => text.replaceAll(secret, '•••'), line)
}

/** Whatever of a request may be a key. What is shorter is none, and would blot out half the line. */
function secretsOf({ headers, search }: WireRequest): string[] {
  const guarded = Object.entries(headers).filter(([name]) => /auth|cookie|key|token|secret/i.test(name))
  const sent = guarded.flatMap(([, value]) => value?.split(/[\s;,=]+/) ?? [])
  const asked = [...new URLSearchParams(search).values(), ...search.split(/[&=]/)]
  return [...sent, ...asked].filter((value) => value.length >= 8)
}

async function toWire(scheme: string, incoming: IncomingMessage): Promise<WireRequest> {
  const target = incoming.url ?? '/'
  const mark = target.indexOf('?')
  const method = incoming.method ?? 'GET'
  return {
    method,
    path: mark < 0 ? target : target.slice(0, mark),
    search: mark < 0 ? '' : target.slice(mark + 1),
    headers: {
      'x-forwarded-proto': scheme, // a proxy before us knows better
      ...(incoming.headers as Record<string, string | undefined>), // only set-cookie is a list, and nobody sends it
    },
    body: method === 'GET' || method === 'HEAD' ? '' : await text(incoming),
    ip: incoming.socket.remoteAddress ?? '',
  }
}

function explain(error: NodeJS.ErrnoException, { port, host, variable }: ListenOptions) {
  if (error.code === 'EADDRINUSE') {
    return new ListenError(
      `port ${port} on ${host} is in use: stop what uses it, or set ${variable} to another port`,
    )
  }
  if (error.code === 'EACCES')
    return new ListenError(`port ${port} needs more rights: set ${variable} to one above 1023`)
  return new ListenError(`cannot listen on ${host}:${port}: ${error.message}`)
}
