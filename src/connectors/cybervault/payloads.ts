import * as z from 'zod'

import { isObject } from '../../contract/errors.ts'

/** What can be handed in for analysis. The telemetry's four fields are documented, everything else is inferred. */

const ip = z.union([z.ipv4(), z.ipv6()], { error: 'must be an IPv4 or IPv6 address' })
const port = z.int().min(1).max(65_535)
const whole = z.int().min(0)
const word = z.string()
const time = z.iso.datetime({ offset: true })

const protocol = z
  .string()
  .transform((text) => text.toUpperCase())
  .pipe(z.enum(['TCP', 'UDP', 'ICMP']))

const hex = (length: number) => {
  return z
    .string()
    .regex(new RegExp(`^[0-9a-f]{${length}}$`, 'i'), `must be ${length} hexadecimal digits`)
    .toLowerCase()
}

const host = z.looseObject({
  hostname: word.optional(),
  host_id: word.optional(),
  os: word.optional(),
  ip: ip.optional(),
})

const connection = z.looseObject({
  dst_ip: ip,
  port,
  protocol: protocol.default('TCP'),
  src_ip: ip.optional(),
  src_port: port.optional(),
  bytes_sent: whole.optional(),
  bytes_received: whole.optional(),
  domain: word.optional(),
})

export const telemetry = z.looseObject({
  process_name: z.string().min(1).max(260),
  pid: z.int().min(0).max(4_294_967_295).optional(),
  network_connections: z.array(connection).max(500).optional(),
  // The document's own sample is no hash: what is malformed here is a warning, not an error.
  hash_sha256: word.optional(),
  hash_sha1: word.optional(),
  hash_md5: word.optional(),
  process_path: word.optional(),
  command_line: z.string().max(8192).optional(),
  parent_process_name: word.optional(),
  parent_pid: whole.optional(),
  user: word.optional(),
  integrity_level: word.optional(),
  host: host.optional(),
  registry_changes: z
    .array(
      z.looseObject({
        key: word,
        value_name: word.optional(),
        value: z.unknown().optional(),
        operation: word.optional(),
      }),
    )
    .optional(),
  file_events: z
    .array(
      z.looseObject({
        path: word.optional(),
        operation: z.enum(['create', 'write', 'rename', 'delete']),
        count: whole.optional(),
      }),
    )
    .optional(),
  observed_at: time.optional(),
})

const flow = z.looseObject({
  dst_ip: ip,
  dst_port: port,
  src_ip: ip.optional(),
  src_port: port.optional(),
  protocol: protocol.default('TCP'),
  bytes_sent: whole.optional(),
  bytes_received: whole.optional(),
  packets: whole.optional(),
  duration_ms: whole.optional(),
  domain: word.optional(),
  url: word.optional(),
  http_method: word.optional(),
  user_agent: word.optional(),
  tls_sni: word.optional(),
  ja3: word.optional(),
  dns_query: word.optional(),
  started_at: time.optional(),
})

/** A flow may say `port` as telemetry does, and a single one may stand in the payload itself. */
const traffic = z.preprocess(
  (value) => {
    if (!isObject(value)) return value
    if (value['flows'] === undefined && value['dst_ip'] !== undefined) {
      const { sensor, ...only } = value
      return { flows: [withPort(only)], ...(sensor !== undefined && { sensor }) }
    }
    return Array.isArray(value['flows']) ? { ...value, flows: value['flows'].map(withPort) } : value
  },
  z.looseObject({
    flows: z.array(flow).min(1).max(1000),
    sensor: z.looseObject({ id: word.optional(), name: word.optional() }).optional(),
  }),
)

function withPort(value: unknown): unknown {
  if (!isObject(value) || value['dst_port'] !== undefined || value['port'] === undefined) return value
  const { port: same, ...rest } = value
  return { ...rest, dst_port: same }
}

const file = z
  .looseObject({
    hash_sha256: hex(64).optional(),
    hash_sha1: hex(40).optional(),
    hash_md5: hex(32).optional(),
    file_name: word.optional(),
    file_path: word.optional(),
    mime_type: word.optional(),
    signer: word.optional(),
    file_size: whole.optional(),
    first_seen_at: time.optional(),
    host: host.optional(),
  })
  .refine(({ hash_sha256, hash_sha1, hash_md5 }) => (hash_sha256 ?? hash_sha1 ?? hash_md5) !== undefined, {
    path: ['hash_sha256'],
    error: 'one of hash_sha256, hash_sha1 and hash_md5 is needed',
  })

const metadata = z
  .record(z.string(), z.string().max(256))
  .refine((value) => Object.keys(value).length <= 20, 'holds 20 values at most')
  .optional()

export const submission = z.discriminatedUnion(
  'type',
  [
    z.looseObject({ type: z.literal('endpoint_telemetry'), payload: telemetry, metadata }),
    z.looseObject({ type: z.literal('network_traffic'), payload: traffic, metadata }),
    z.looseObject({ type: z.literal('file_hash'), payload: file, metadata }),
  ],
  {
    error: ({ input }) =>
      isObject(input) && input['type'] === undefined ? 'expected a type, received undefined' : undefined,
  },
)

export type Submission = z.output<typeof submission>
export type Telemetry = z.output<typeof telemetry>
export type Flow = z.output<typeof flow>
export type FilePayload = z.output<typeof file>
