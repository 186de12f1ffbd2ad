import { BlockList, isIPv6 } from 'node:net'

import type { TechniqueId } from './sandbox-techniques.ts'

/** One rule of the sandbox's scorer: what it looks for, what it weighs, what it suggests. */
export interface Rule<P> {
  name: string
  weight: number
  techniques: readonly TechniqueId[]
  actions: readonly string[]
  reason: string
  find(payload: P, lists: Lists): Hit | undefined
}

/** What made a rule fire; actions and indicators are aimed at it. */
export interface Hit {
  ip?: string | undefined
  domain?: string | undefined
  hash?: string | undefined
  /** The process itself is what is odd. */
  process?: boolean
  /** Instead of the rule's own. */
  techniques?: readonly TechniqueId[]
  verdict?: 'malicious' | 'benign'
}

/** What the tenant and the platform know already. */
export interface Lists {
  badHashes: ReadonlySet<string>
  goodHashes: ReadonlySet<string>
  badAddresses: ReadonlySet<string>
  allowedTools: ReadonlySet<string>
}

const notPublic = new BlockList()
notPublic.addSubnet('10.0.0.0', 8)
notPublic.addSubnet('172.16.0.0', 12)
notPublic.addSubnet('192.168.0.0', 16)
notPublic.addSubnet('127.0.0.0', 8)
notPublic.addSubnet('169.254.0.0', 16)
notPublic.addAddress('::1', 'ipv6')
notPublic.addSubnet('fe80::', 10, 'ipv6')
notPublic.addSubnet('fc00::', 7, 'ipv6')

/** The documentation ranges count as public: else the documented sample would score nothing. */
export function isPublic(address: string): boolean {
  return !notPublic.check(address, isIPv6(address) ? 'ipv6' : 'ipv4')
}

export const oddPorts: ReadonlySet<number> = new Set([1337, 4444, 5555, 6667, 8444, 9001, 31337])
