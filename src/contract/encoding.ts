import { digest } from '../domain/id.ts'
import { isObject } from './errors.ts'
import type { Operation } from './operation.ts'
import type { WireRequest } from './wire.ts'

/** How a body travels. JSON is the rule; an operation that takes other types names them, the client's choice first. */
export type BodyType = 'application/json' | 'multipart/form-data' | 'text/csv' | 'text/xml'

/** One part of a multipart body. Files are text here: both halves carry bodies as text. */
export interface Part {
  name: string
  fileName?: string | undefined
  type?: string | undefined
  text: string
}

/** The client half: a body in the type that fits it, text as it stands. */
export function encodeBody(op: Operation, body: unknown): { type: string; text: string } {
  const types = op.takes ?? ['application/json']
  if (typeof body === 'string' && op.takes !== undefined) {
    const markup = body.trimStart().startsWith('<')
    const type = types.find((one) => one === (markup ? 'text/xml' : 'text/csv'))
    if (type !== undefined) return { type, text: body }
  }
  if (types[0] !== 'multipart/form-data') return { type: 'application/json', text: JSON.stringify(body) }
  return writeMultipart(isObject(body) && Array.isArray(body['parts']) ? (body['parts'] as Part[]) : []) // the schema's type
}

/**
 * The server half, for an operation that takes other types than JSON: `{parts}`, a text, or undefined when the body is
 * JSON (or says nothing of its type).
 */
export function decodeBody(op: Operation, request: WireRequest): { parts: Part[] } | string | undefined {
  const type = request.headers['content-type'] ?? ''
  const given = op.takes?.find((one) => type.toLowerCase().startsWith(one))
  if (given === 'multipart/form-data') return { parts: readMultipart(type, request.body) }
  return given === 'text/csv' || given === 'text/xml' ? request.body : undefined
}

/** The boundary is made from the content: the same parts make the same bytes. */
function writeMultipart(parts: readonly Part[]): { type: string; text: string } {
  const boundary = `watchfloor-${digest(JSON.stringify(parts)).slice(0, 24)}`
  const sections = parts.map(({ name, fileName, type, text }) => {
    const file = fileName === undefined ? '' : `; filename="${quoted(fileName)}"`
    const typeLine = type === undefined ? '' : `Content-Type: ${type}\r\n`
    return `--${boundary}\r\nContent-Disposition: form-data; name="${quoted(name)}"${file}\r\n${typeLine}\r\n${text}\r\n`
  })
  return {
    type: `multipart/form-data; boundary=${boundary}`,
    text: `${sections.join('')}--${boundary}--\r\n`,
  }
}

function readMultipart(type: string, body: string): Part[] {
  const boundary = /boundary="?([^";]+)"?/i.exec(type)?.[1]
  if (boundary === undefined) return []
  const sections = body.split(`--${boundary}`).slice(1, -1)
  return sections.flatMap((section) => {
    const at = section.indexOf('\r\n\r\n')
    if (at < 0) return []
    const head = section.slice(0, at)
    const name = /\bname="([^"]*)"/i.exec(head)?.[1]
    if (name === undefined) return []
    const fileName = /\bfilename="([^"]*)"/i.exec(head)?.[1]
    const partType = /^content-type:\s*(\S.*?)\s*$/im.exec(head)?.[1]
    return [{ name, fileName, type: partType, text: section.slice(at + 4).replace(/\r\n$/, '') }]
  })
}

/** As browsers do: a quote or line end in a name would end the header. */
function quoted(text: string): string {
  return text.replaceAll('"', '%22').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
}
