import type { Call } from '../../contract/server.ts'

/** Where the sandbox's links lead: absolute, to the address that the request came to, or to the other host family. */
export const mounts = { api: '/rapid7', logs: '/rapid7-logs' }

export function linkBase({ request, switches }: Call): string {
  const host = request.headers['host'] ?? 'sandbox.test'
  const origin = `${request.headers['x-forwarded-proto'] ?? 'http'}://${host}`
  if (switches['links'] === 'foreign') return 'https://logs.example.net'
  const other = switches['links'] === 'other'
  return request.mount ? byMount(origin, request.mount, other) : byHost(origin, other)
}

function byMount(origin: string, mount: string, other: boolean): string {
  const region = mount.split('/').at(-1) ?? ''
  const native = mount.startsWith(`${mounts.logs}/`)
  return native === other
    ? `${origin}${mounts.api}/${region}/log_search`
    : `${origin}${mounts.logs}/${region}`
}

function byHost(origin: string, other: boolean): string {
  const native = origin.includes('.rest.logs.insight.')
  if (native === other) return `${origin.replace('.rest.logs.insight.', '.api.insight.')}/log_search`
  return origin.replace('.api.insight.', '.rest.logs.insight.')
}
