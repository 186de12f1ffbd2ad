/** Where Rapid7 keeps data. The last two are named for another product of the platform; for InsightIDR they are inferred. */
export const regions = ['us', 'us2', 'us3', 'eu', 'ca', 'au', 'ap', 'aps2', 'me1'] as const

export function apiHost(region: string): string {
  return `${region}.api.insight.rapid7.com`
}

export function logsHost(region: string): string {
  return `${region}.rest.logs.insight.rapid7.com`
}

/**
 * The region of a host: its first label. Rapid7's own text says "the first two letters", which makes us2 and us3 into
 * us; resource names say us1 for us.
 */
export function regionOf(host: string): string | undefined {
  const label =
    host
      .trim()
      .toLowerCase()
      .replace(/^https?:\/\//, '')
      .split(/[.:/]/)[0] ?? ''
  return regions.find((region) => region === plainRegion(label))
}

export function plainRegion(token: string): string {
  return token === 'us1' ? 'us' : token
}

/** The same address in another region, where the region stands in it as a host's first label or as a path segment. */
export function inRegion(base: string, from: string, to: string): string | undefined {
  const moved = base
    .replace(new RegExp(`^(https?://)${from}(?=\\.)`), `$1${to}`)
    .replace(new RegExp(`^(https?://[^/]+/(?:.*/)?)${from}$`), `$1${to}`)
  return moved === base ? undefined : moved
}
