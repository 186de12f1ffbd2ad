import { readJson } from '../../contract/body.ts'
import { isObject } from '../../contract/errors.ts'
import { Refusal } from '../../contract/refusal.ts'
import { type Behaviour, type Call, Reply } from '../../contract/server.ts'
import { here } from './sandbox-keys.ts'
import { type Threat, notFound } from './sandbox-organization.ts'
import * as query from './sandbox-query.ts'

/** Community threats. The API never tells their keys; the sandbox does, in a header of its own. */
const maxBytes = 50 * 1024 * 1024
const kinds = ['ips', 'hashes', 'domain_names', 'urls'] as const

/** What can be an indicator; the rest comes back as rejected, still with 200. */
function isIndicator(text: string): boolean {
  const address =
    /^\d{1,3}(\.\d{1,3}){3}$/.test(text) && !text.startsWith('10.') && !text.startsWith('192.168.')
  const hash = /^(?:[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64})$/i.test(text)
  const url = /^https?:\/\/\S+$/i.test(text)
  const domain = /^(?=.*[a-z])[\w-]+(\.[\w-]+)+$/i.test(text) && text.toLowerCase() !== 'example.com'
  return address || hash || url || domain
}

function print({ name, note, indicators }: Threat): Record<string, unknown> {
  return { name, note, indicator_count: indicators.size, published: false }
}

function sortOut(given: readonly string[]): { accepted: string[]; rejected: string[] } {
  const clean = [...new Set(given.map((text) => text.trim()).filter((text) => text !== ''))]
  return { accepted: clean.filter(isIndicator), rejected: clean.filter((text) => !isIndicator(text)) }
}

function fromLists(lists: unknown): string[] {
  if (!isObject(lists)) return []
  return kinds.flatMap((kind) => (Array.isArray(lists[kind]) ? lists[kind].map(String) : []))
}

/** JSON lists, one comma list of mixed kinds, or whatever stands between the tags of a STIX document. */
function indicatorsOf(call: Call): string[] {
  const { body } = call
  if (call.request.body.length > maxBytes)
    throw new Refusal(413, 'too_large', 'The threat is larger than 50 MB')
  const parts = isObject(body) && Array.isArray(body['parts']) ? body['parts'].filter(isObject) : undefined
  const text = parts?.map((part) => query.textOr(part['text'], '')).join('\n') ?? body
  if (typeof text !== 'string') return fromLists(body)
  if (call.query['format'] === 'csv') return text.split(/[,\r\n]+/)
  if (call.query['format'] === 'stix_xml')
    return [...text.matchAll(/>\s*([^<>\s]+)\s*</g)].map(([, word]) => word ?? '')
  const json = readJson(text)
  if (!json.ok) throw query.badRequest('the indicators are not valid JSON')
  return fromLists(json.value)
}

function create(call: Call): unknown {
  const organization = here(call)
  const { threat: name, note, indicators } = query.bodyOf(call)
  const same = [...organization.threats.values()].find((one) => one.name === name)
  if (same !== undefined)
    throw query.badRequest(
      `A threat with the name ${same.name} already exists. Existing threatId: ${same.key}`,
    )
  const { accepted, rejected } = sortOut(fromLists(indicators))
  const key = organization.nextUuid('threat')
  const threat: Threat = {
    key,
    name: String(name),
    note: query.textOr(note, ''),
    indicators: new Set(accepted),
  }
  organization.threats.set(key, threat)
  return new Reply(
    200,
    { threat: print(threat), rejected_indicators: rejected },
    { 'x-sandbox-threat-key': key },
  )
}

function threatOf(call: Call): Threat {
  const threat = here(call).threats.get(call.params['key'] ?? '')
  if (threat === undefined) throw notFound('threat')
  return threat
}

function keep(replace: boolean): Behaviour {
  return (call) => {
    const before = threatOf(call)
    const { accepted, rejected } = sortOut(indicatorsOf(call))
    const threat = { ...before, indicators: new Set([...(replace ? [] : before.indicators), ...accepted]) }
    here(call).threats.set(threat.key, threat)
    return { threat: print(threat), rejected_indicators: rejected }
  }
}

export const threatBehaviours: Record<string, Behaviour> = {
  'threats.create': create,
  'threats.add-indicators': keep(false),
  'threats.replace-indicators': keep(true),
  'threats.delete': (call) => {
    const threat = threatOf(call)
    here(call).threats.delete(threat.key)
    return print(threat)
  },
}
