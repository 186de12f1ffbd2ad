import type { Entity, Indicator } from '../domain/entity.ts'
import type { CorrelationPolicy, LinkKind } from './policy.ts'

/** How much a shared entity says: the fewer of a customer's cases it stands in, the more. */

/** What a customer's history is taken to be before there is any: so many cases, none of them with the entity. */
const assumedCases = 20
/** From one case in so many on, an entity is as rare as can be. */
const rareIn = 50

/**
 * From 0 (everywhere) to 1 (as good as nowhere else): the inverse document frequency, log(cases / cases with it), the
 * customer's cases being the documents. Cases, not findings: a storm of alerts does not make its own device common.
 */
export function rarity(withIt: number, cases: number, policy: CorrelationPolicy): number {
  if (cases >= policy.commonCases && withIt / cases > policy.commonShare) return 0
  const idf = Math.log((cases + assumedCases) / (withIt + 1))
  return Math.min(1, Math.max(0, idf / Math.log(rareIn)))
}

/** Loses half by the end of the window. */
export function decay(gapMs: number, windowMs: number): number {
  return gapMs > windowMs ? 0 : 2 ** (-gapMs / windowMs)
}

/** Which of the policy's kinds an entity is; undefined for what everybody shares, and for a vendor's group. */
export function linkKindOf({ kind, value }: Entity, policy: CorrelationPolicy): LinkKind | undefined {
  if (kind === 'content') return kind
  if (kind === 'group' || value === '' || everybodys[kind].has(value)) return undefined
  if (policy.ignore.length > 0 && policy.ignore.includes(`${kind}:${value}`)) return undefined
  if (kind !== 'address') return kind
  if (local.test(value)) return undefined
  return internal.test(value) ? 'internalAddress' : kind
}

const local = /^(?:127\.|169\.254\.|fe80:)/
const internal =
  /^(?:10\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.|100\.(?:6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.|f[cd][0-9a-f]{2}:)/

const words = (text: string): string[] => text.split(',')
const unknown = words('unknown,n/a,-,none,null')

/** Says nothing wherever it is seen: no device and no name server, the system's own accounts, the empty file. */
const everybodys: Record<Indicator['kind'], ReadonlySet<string>> = {
  host: new Set(unknown.concat(words('localhost,127.0.0.1,::1'))),
  user: new Set(
    unknown.concat(
      words('system,local system,local service,network service,localsystem,localservice,networkservice'),
      words('anonymous logon,administrator,admin,root,guest'),
    ),
  ),
  address: new Set(
    words('0.0.0.0,255.255.255.255,::,::1,8.8.8.8,8.8.4.4,1.1.1.1,1.0.0.1,9.9.9.9,208.67.222.222').concat(
      words('208.67.220.220,2001:4860:4860::8888,2001:4860:4860::8844,2606:4700:4700::1111'),
      words('2606:4700:4700::1001'),
    ),
  ),
  hash: new Set([
    'd41d8cd98f00b204e9800998ecf8427e',
    'da39a3ee5e6b4b0d3255bfef95601890afd80709',
    'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  ]),
  domain: new Set(
    words(
      'localhost,microsoft.com,windowsupdate.com,office.com,office365.com,google.com,gstatic.com,apple.com',
    ),
  ),
}
