import { existsSync, linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

import type { Connector } from '../../connectors/connector.ts'
import { hostsOf } from '../../connectors/mounts.ts'
import { type Certified, certify, isGoodAuthority, makeAuthority } from '../certificates.ts'
import { makeDirectory } from './data.ts'
import type { Program } from './program.ts'

/** What the sandbox needs to speak HTTPS, and what its clients need to believe it. */
export interface SandboxTls extends Certified {
  /** The authority's certificate, for the clients. */
  caFile: string
}

/**
 * A certificate for every vendor's hosts, made anew with each start, so that it always fits the vendors and never
 * runs out. The authority behind it stays, so that a client has to be told of it once: `sandbox-ca.key` in the data
 * directory holds its key and certificate and is readable by this user alone, `sandbox-ca.pem` is for the clients.
 */
export async function sandboxTls(program: Program, connectors: readonly Connector[]): Promise<SandboxTls> {
  const config = program.config()
  const now = program.outside.now()
  makeDirectory(config)
  const authority = await authorityIn(config.data, now, () => program.newKey().toString('hex', 0, 4))
  const caFile = resolve(config.data, 'sandbox-ca.pem')
  const own = `${caFile}.${program.newKey().toString('hex', 0, 4)}`
  writeFileSync(own, authority.cert, { mode: 0o644 })
  renameSync(own, caFile)
  const hosts = new Set([...connectors.flatMap(hostsOf), 'localhost', '127.0.0.1', '::1'])
  return { ...(await certify(authority, [...hosts], now)), caFile }
}

/** One file for both halves: two processes that make it at once cannot mix them, the first that links its file wins. */
async function authorityIn(folder: string, now: number, nonce: () => string): Promise<Certified> {
  const file = join(folder, 'sandbox-ca.key')
  const kept = existsSync(file) ? split(readFileSync(file, 'utf8')) : undefined
  if (kept !== undefined && isGoodAuthority(kept, now)) return kept
  rmSync(file, { force: true })
  const { key, cert } = await makeAuthority(now)
  const own = `${file}.${nonce()}`
  writeFileSync(own, key + cert, { mode: 0o600 })
  try {
    linkSync(own, file)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error // fs throws nothing else
  } finally {
    rmSync(own)
  }
  return split(readFileSync(file, 'utf8'))
}

function split(text: string): Certified {
  const at = text.indexOf('-----BEGIN CERTIFICATE-----')
  return { key: text.slice(0, Math.max(0, at)), cert: text.slice(Math.max(0, at)) }
}
