import { nameKey } from '../domain/tenant.ts'

/** One kind of evidence that a customer is a tenant. */
export interface Evidence {
  /** How likely it makes it, 0 … 1. */
  weight: number
  reason: string
  /** Alone enough: only an exact name is. */
  enough: boolean
}

/** Kinds of evidence are taken as independent of each other: what all of them leave in doubt is in doubt. */
export function scoreOf(evidence: readonly Evidence[]): number {
  const doubt = evidence.reduce((left, { weight }) => left * (1 - weight), 1)
  return Math.round((1 - doubt) * 100) / 100
}

type Rarity = (value: string) => number

/** The best of the names that a tenant goes by. A word that many tenants have in their names says little. */
export function nameEvidence(name: string, others: readonly string[], rarity: Rarity): Evidence | undefined {
  const key = nameKey(name)
  if (others.some((other) => nameKey(other) === key))
    return { weight: 0.9, reason: 'same name', enough: true }
  const best = others
    .map((other) => ({ other, alike: alikeness(key, nameKey(other), rarity) }))
    .toSorted((a, b) => b.alike - a.alike)[0]
  if (best === undefined || best.alike < 0.4) return undefined
  const percent = Math.round(best.alike * 100)
  return { weight: 0.7 * best.alike, reason: `name ${percent} % like "${best.other}"`, enough: false }
}

/** 0 … 1, of two name keys: what both say of what either says, and of what the shorter one says, weighed by rarity. */
export function alikeness(a: string, b: string, rarity: Rarity): number {
  if (a.replaceAll(' ', '') === b.replaceAll(' ', '')) return 0.95
  const [mine, theirs] = [new Set(a.split(' ')), new Set(b.split(' '))]
  const sum = (words: Iterable<string>): number => [...words].reduce((all, word) => all + rarity(word), 0)
  const both = sum(mine.intersection(theirs))
  return both / sum(mine.union(theirs)) / 2 + both / Math.min(sum(mine), sum(theirs)) / 2
}

// A mail address there says nothing about who somebody works for.
const publicDomains = new Set(
  (
    'gmail.com googlemail.com outlook.com hotmail.com live.com msn.com yahoo.com ymail.com aol.com icloud.com me.com ' +
    'mac.com proton.me protonmail.com gmx.com gmx.de gmx.net web.de mail.com zoho.com comcast.net verizon.net att.net ' +
    'sbcglobal.net bellsouth.net cox.net charter.net btinternet.com onmicrosoft.com'
  ).split(' '),
)

export function isOwnDomain(domain: string): boolean {
  const suffix = domain.split('.').slice(-2).join('.')
  return !publicDomains.has(domain) && !publicDomains.has(suffix) && !/\.(local|lan|internal)$/.test(domain)
}

export function domainEvidence(
  mine: readonly string[],
  theirs: ReadonlySet<string>,
  rarity: Rarity,
): Evidence | undefined {
  const best = mine
    .filter((domain) => theirs.has(domain) && isOwnDomain(domain))
    .map((domain) => ({ domain, rare: rarity(domain) }))
    .toSorted((a, b) => b.rare - a.rare)[0]
  return best && { weight: 0.8 * best.rare, reason: `same domain ${best.domain}`, enough: false }
}

interface Devices {
  hosts: readonly string[]
  hostCount: number
}

/**
 * The devices that both show, against the smaller of the two inventories. `SERVER` or `WS-01` is found everywhere, even
 * when only one tenant has shown it so far; `DESKTOP-7F3K2Q1` is not.
 */
export function hostEvidence(
  mine: Devices,
  members: readonly Devices[],
  rarity: Rarity,
): Evidence | undefined {
  const theirs = new Set(members.flatMap((member) => member.hosts))
  const shared = mine.hosts.filter((host) => theirs.has(host))
  const total = shared.reduce((sum, host) => sum + rarity(host) * particular(host), 0)
  if (total < 0.5) return undefined
  const smaller = Math.min(mine.hostCount, Math.max(...members.map((member) => member.hostCount)))
  const share = Math.min(1, shared.length / Math.max(1, smaller))
  const weight = 0.85 * (1 - 0.4 ** total) * share
  const rarest = shared.toSorted((a, b) => rarity(b) * particular(b) - rarity(a) * particular(a))
  const some = `${rarest.slice(0, 2).join(', ')}${shared.length > 2 ? ' …' : ''}`
  const devices = shared.length === 1 ? 'device' : 'devices'
  return { weight, reason: `${shared.length} shared ${devices} (${some})`, enough: false }
}

/** How much a name says by its looks: letters and digits mixed say most, a plain word with a short number least. */
function particular(host: string): number {
  const digits = host.replace(/\D/g, '').length
  if (/^[a-z]*[-_]?\d{0,2}$/.test(host)) return 0.1
  return digits >= 3 || /\d[a-z]+\d|[a-z]\d+[a-z]/.test(host) ? 1 : 0.6
}
