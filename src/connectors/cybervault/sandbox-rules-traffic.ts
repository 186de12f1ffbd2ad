import type { Flow } from './payloads.ts'
import { type Hit, type Lists, type Rule, isPublic, oddPorts } from './sandbox-rule.ts'

/** Rules on network flows: section 7.4 of the contract document, in its order. */

interface Traffic {
  flows: readonly Flow[]
}

type Find = (payload: Traffic, lists: Lists) => Hit | undefined

const megabyte = 1_000_000

const oddPort: Find = ({ flows }) =>
  toHit(flows.find(({ dst_port: port, dst_ip: ip }) => oddPorts.has(port) && isPublic(ip)))

const exfiltration: Find = ({ flows }) =>
  toHit(
    flows.find(({ dst_ip: ip, bytes_sent: sent = 0, bytes_received: received = 0 }) => {
      return isPublic(ip) && sent >= 100 * megabyte && sent >= 20 * received
    }),
  )

const beacon: Find = ({ flows }) =>
  toHit([...Map.groupBy(flows, ({ dst_ip: ip }) => ip).values()].find(isRegular)?.[0])

function isRegular(flows: readonly Flow[]): boolean {
  const times = flows.map(({ started_at: at }) => Date.parse(at ?? '')).toSorted((a, b) => a - b)
  if (times.length < 5 || times.some(Number.isNaN)) return false
  const gaps = times.slice(1).map((time, i) => time - (times[i] ?? 0))
  const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length
  return mean > 0 && gaps.every((gap) => Math.abs(gap - mean) <= mean / 10)
}

const scan: Find = ({ flows }) => {
  const sources = [...Map.groupBy(flows, ({ src_ip: ip }) => ip ?? '').values()]
  const wide = sources.some(
    (own) => distinct(own, ({ dst_port: port }) => port) >= 20 || distinct(own, ({ dst_ip: ip }) => ip) >= 20,
  )
  return wide ? {} : undefined
}

const generatedDomain: Find = ({ flows }) => {
  const found = flows.flatMap(namesOf).find((name) => name.split('.').some(looksGenerated))
  return found === undefined ? undefined : { domain: found }
}

function looksGenerated(label: string): boolean {
  const hard = label.replace(/[^bcdfghjklmnpqrstvwxyz0-9]/gi, '').length
  return label.length >= 16 && hard / label.length >= 0.75
}

const tunnel: Find = ({ flows }) => {
  const long = flows.find(({ dns_query: query = '' }) => query.length > 100)
  if (long?.dns_query !== undefined) return { domain: zoneOf(long.dns_query) }
  const asked = flows.filter(({ dst_port: port, dns_query: query }) => port === 53 && query !== undefined)
  const zones = [...Map.groupBy(asked, ({ dns_query: query = '' }) => zoneOf(query))]
  const busy = zones.find(([, own]) => own.length >= 50)
  return busy && { domain: busy[0] }
}

const lateral: Find = ({ flows }) => {
  const inside = flows.filter(
    ({ src_ip: src, dst_ip: dst }) => src !== undefined && !isPublic(src) && !isPublic(dst),
  )
  const to = (port: number): number =>
    distinct(
      inside.filter((one) => one.dst_port === port),
      ({ dst_ip: ip }) => ip,
    )
  const [desktops, shares] = [to(3389) >= 5, to(445) >= 5]
  if (!desktops && !shares) return undefined
  return {
    techniques: [...(desktops ? ['T1021.001' as const] : []), ...(shares ? ['T1021.002' as const] : [])],
  }
}

const badAddress: Find = ({ flows }, { badAddresses }) => {
  const addresses = flows.flatMap(({ dst_ip: dst, src_ip: src }) => [
    dst,
    ...(src === undefined ? [] : [src]),
  ])
  const ip = addresses.find((one) => badAddresses.has(one))
  return ip === undefined ? undefined : { ip, verdict: 'malicious' }
}

export const trafficRules: readonly Rule<Traffic>[] = [
  { name: 'odd-port', weight: 35, techniques: ['T1571'], actions: ['block_ip'], reason: 'session to an uncommon port', find: oddPort },
  { name: 'exfil', weight: 40, techniques: ['T1041'], actions: ['block_ip'], reason: 'much was sent, little came back', find: exfiltration },
  { name: 'beacon', weight: 40, techniques: ['T1071.001'], actions: ['block_ip', 'block_domain'], reason: 'it calls home by the clock', find: beacon },
  { name: 'scan', weight: 40, techniques: ['T1046'], actions: ['isolate_host'], reason: 'one source tries many doors', find: scan },
  { name: 'dga', weight: 30, techniques: ['T1568.002'], actions: ['block_domain'], reason: 'the name looks made up by a program', find: generatedDomain },
  { name: 'dns-tunnel', weight: 35, techniques: ['T1071.004'], actions: ['block_domain'], reason: 'data travels in DNS queries', find: tunnel },
  { name: 'rdp-lateral', weight: 35, techniques: ['T1021.001', 'T1021.002'], actions: ['isolate_host'], reason: 'it moves from machine to machine', find: lateral },
  { name: 'bad-ip', weight: 40, techniques: ['T1071'], actions: ['block_ip'], reason: 'the address is known to be malicious', find: badAddress },
] // prettier-ignore

function toHit(flow: Flow | undefined): Hit | undefined {
  return flow && { ip: flow.dst_ip, domain: namesOf(flow)[0] }
}

function namesOf({ domain, tls_sni: sni, dns_query: query }: Flow): string[] {
  return [domain, sni, query].filter((name) => name !== undefined)
}

function zoneOf(name: string): string {
  return name.split('.').slice(-2).join('.').toLowerCase()
}

function distinct(flows: readonly Flow[], of: (flow: Flow) => unknown): number {
  return new Set(flows.map(of)).size
}
