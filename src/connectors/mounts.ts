import type { Connector } from './connector.ts'

/** Where a vendor's bases are served in the sandbox, and what is left of a path below one of them. */
export interface Mounted {
  /** As the contract's server half knows it. */
  path: string
  /** The prefix that was taken off. */
  mount: string
}

interface Base {
  mounts: readonly string[]
  hosts: readonly string[]
  /** The path of the vendor's own base address. */
  prefix: string
  /** Where the server half has this base's operations. */
  inner: string
}

/** By path prefix; the longest that fits wins. */
export function byPrefix(connector: Connector, path: string): Mounted | undefined {
  for (const mount of prefixesOf(connector)) {
    const found = below(mount, path)
    if (found !== undefined) return found
  }
  return undefined
}

/** A prefix under which a vendor is served, and where the server half has what is below it. */
export interface Prefix {
  mount: string
  inner: string
}

/** The longest first. */
export function prefixesOf(connector: Connector): readonly Prefix[] {
  return basesOf(connector).mounts
}

export function below({ mount, inner }: Prefix, path: string): Mounted | undefined {
  return isBelow(path, mount) ? { path: rest(inner, path.slice(mount.length)), mount } : undefined
}

/** A client that cannot be told another address reaches us by the vendor's own host name and path. */
export function byHost(connector: Connector, host: string, path: string): Mounted | undefined {
  const name = host.replace(/:\d+$/, '').toLowerCase()
  const found = basesOf(connector).bases.find(
    ({ hosts, prefix }) => isOneOf(hosts, name) && (path === prefix || path.startsWith(`${prefix}/`)),
  )
  return found && { path: rest(found.inner, path.slice(found.prefix.length)), mount: found.prefix }
}

/** Every host name of the vendor, as a certificate lists them: a wildcard stands for one label. */
export function hostsOf({ sandbox }: Connector): string[] {
  return [sandbox, ...Object.values(sandbox.surfaces ?? {})].flatMap(({ hosts }) => hosts)
}

function isOneOf(hosts: readonly string[], name: string): boolean {
  return hosts.includes(name) || hosts.includes(name.replace(/^[^.]+/, '*'))
}

function isBelow(path: string, prefix: string): boolean {
  return path.startsWith(prefix) && (path.length === prefix.length || path[prefix.length] === '/')
}

interface Bases {
  bases: Base[]
  /** The longest first. */
  mounts: Prefix[]
}

const known = new WeakMap<Connector, Bases>()

function basesOf(connector: Connector): Bases {
  const kept = known.get(connector)
  if (kept !== undefined) return kept
  const bases = toBases(connector)
  const mounts = bases
    .flatMap(({ mounts: own, inner }) => own.map((mount) => ({ mount, inner })))
    .toSorted((a, b) => b.mount.length - a.mount.length)
  known.set(connector, { bases, mounts })
  return { bases, mounts }
}

function toBases({ contract, sandbox }: Connector): Base[] {
  const pathOf = (url: string): string => new URL(url).pathname.replace(/\/$/, '')
  const { mounts, hosts, settings } = sandbox
  const further = Object.entries(sandbox.surfaces ?? {}).flatMap(([name, served]): Base[] => {
    const surface = contract.surfaces?.[name]
    return surface ? [{ ...served, prefix: pathOf(surface.base(settings)), inner: surface.path }] : []
  })
  return [{ mounts, hosts, prefix: pathOf(contract.base(settings)), inner: '' }, ...further]
}

function rest(inner: string, path: string): string {
  return `${inner}${path}` || '/'
}
