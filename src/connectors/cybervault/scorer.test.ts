import { describe, expect, test } from 'vitest'

import { makeWorld } from '../../sandbox/world.ts'
import { submission } from './payloads.ts'
import type { Lists } from './sandbox-rule.ts'
import { analyze } from './sandbox-scorer.ts'
import { tenantsIn, sample } from './testing.ts'

const openTenant = tenantsIn(makeWorld)

// Section 7.4 of the contract document, row by row.

const eicar = '275a021bbfb6489e54d471899f7db9d1663fc695ec2fe2a2c4538aabf651fd0f'
const empty = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'

const lists: Lists = {
  badHashes: new Set([eicar]),
  goodHashes: new Set([empty]),
  badAddresses: new Set(['203.0.113.66']),
  allowedTools: new Set(['teamviewer.exe']),
}

const telemetry = (payload: object) => ({
  type: 'endpoint_telemetry',
  payload: { process_name: 'app.exe', ...payload },
})
const traffic = (...flows: object[]) => ({ type: 'network_traffic', payload: { flows } })
const flow = (more: object = {}) => ({ dst_ip: '203.0.113.5', dst_port: 443, ...more })
const file = (payload: object) => ({ type: 'file_hash', payload })
const score = (given: object) => analyze(submission.parse(given), lists)
const from = (count: number, make: (i: number) => object) => Array.from({ length: count }, (_, i) => make(i))
const at = (seconds: number) => new Date(Date.UTC(2026, 0, 1) + seconds * 1000).toISOString()

const run = 'HKLM\\Software\\Microsoft\\Windows\\CurrentVersion\\Run'

test.each<[string, object, number, string[]]>([
  ['nothing', telemetry({}), 5, []],
  ['odd-port', telemetry({ network_connections: [{ dst_ip: '203.0.113.5', port: 31337 }] }), 35, ['T1571']],
  ['odd-port, inside', telemetry({ network_connections: [{ dst_ip: '10.1.2.3', port: 4444 }] }), 5, []],
  [
    'odd-port, IPv6',
    telemetry({ network_connections: [{ dst_ip: '2001:db8::1', port: 4444 }] }),
    35,
    ['T1571'],
  ],
  ['odd-port, unique local', telemetry({ network_connections: [{ dst_ip: 'fd00::1', port: 4444 }] }), 5, []],
  [
    'sysproc-net',
    telemetry({ process_name: 'LSASS.EXE', network_connections: [{ dst_ip: '203.0.113.5', port: 8080 }] }),
    30,
    ['T1055', 'T1055'],
  ],
  [
    'sysproc-net, usual port',
    telemetry({ process_name: 'svchost.exe', network_connections: [{ dst_ip: '203.0.113.5', port: 443 }] }),
    5,
    [],
  ],
  [
    'masquerade',
    telemetry({ process_name: 'svchost.exe', process_path: 'C:\\Temp\\svchost.exe' }),
    30,
    ['T1036.005'],
  ],
  [
    'no masquerade',
    telemetry({ process_name: 'svchost.exe', process_path: 'c:\\windows\\SysWOW64\\svchost.exe' }),
    5,
    [],
  ],
  [
    'enc-ps',
    telemetry({ process_name: 'pwsh.exe', command_line: 'pwsh -EncodedCommand SQBFAFgA' }),
    35,
    ['T1059.001', 'T1027'],
  ],
  [
    'policy is no enc-ps',
    telemetry({
      process_name: 'powershell.exe',
      command_line: 'powershell -ExecutionPolicy Bypass -File a.ps1',
    }),
    5,
    [],
  ],
  [
    'office-child',
    telemetry({ process_name: 'cmd.exe', parent_process_name: 'EXCEL.EXE' }),
    35,
    ['T1566.001', 'T1204.002'],
  ],
  ['lsass-dump', telemetry({ command_line: 'procdump -ma lsass.exe' }), 55, ['T1003.001']],
  [
    'shadow-wipe',
    telemetry({ process_name: 'wmic.exe', command_line: 'wmic shadowcopy delete' }),
    60,
    ['T1490'],
  ],
  [
    'mass-rename',
    telemetry({
      file_events: [
        { operation: 'rename', count: 150 },
        { operation: 'write', count: 50 },
      ],
    }),
    60,
    ['T1486'],
  ],
  [
    'few renames',
    telemetry({
      file_events: [
        { operation: 'rename', count: 150 },
        { operation: 'delete', count: 50 },
      ],
    }),
    5,
    [],
  ],
  [
    'run-key',
    telemetry({ registry_changes: [{ key: run, operation: 'set' }] }),
    25,
    ['T1547.001', 'T1547.001'],
  ],
  ['remote-tool', telemetry({ process_name: 'AnyDesk.exe' }), 20, ['T1219']],
  ['an allowed tool', telemetry({ process_name: 'TeamViewer.exe' }), 5, []],
  ['bad-hash', telemetry({ hash_sha256: eicar.toUpperCase() }), 75, ['T1204.002']],
  ['bad-ip', telemetry({ network_connections: [{ dst_ip: '203.0.113.66', port: 443 }] }), 40, ['T1071']],
  ['combo', sample, 75, ['T1571', 'T1055', 'T1055']],
  [
    'no more than 100',
    telemetry({
      process_name: 'vssadmin.exe',
      command_line: 'delete shadows',
      file_events: [{ operation: 'write', count: 500 }],
    }),
    100,
    ['T1490', 'T1486'],
  ],
  ['traffic: odd-port', traffic(flow({ dst_port: 6667 })), 35, ['T1571']],
  ['exfil', traffic(flow({ bytes_sent: 200_000_000, bytes_received: 1000 })), 40, ['T1041']],
  ['a download', traffic(flow({ bytes_sent: 200_000_000, bytes_received: 200_000_000 })), 5, []],
  ['beacon', traffic(...from(5, (i) => flow({ started_at: at(i * 60 + (i % 2)) }))), 40, ['T1071.001']],
  ['no beacon', traffic(...from(5, (i) => flow({ started_at: at(i * i * 60) }))), 5, []],
  [
    'scan of ports',
    traffic(...from(20, (i) => flow({ src_ip: '10.0.0.5', dst_ip: '10.0.0.9', dst_port: i + 1 }))),
    40,
    ['T1046'],
  ],
  [
    'scan of hosts',
    traffic(...from(20, (i) => flow({ src_ip: '10.0.0.5', dst_ip: `10.0.1.${i + 1}` }))),
    40,
    ['T1046'],
  ],
  ['dga', traffic(flow({ domain: 'xkqzvbnmtrwplkjh.example' })), 30, ['T1568.002']],
  ['a long word', traffic(flow({ domain: 'internationalization.example' })), 5, []],
  [
    'dns-tunnel',
    traffic(flow({ dst_port: 53, dns_query: `${'a'.repeat(100)}.example.com` })),
    35,
    ['T1071.004'],
  ],
  [
    'dns-tunnel by number',
    traffic(...from(50, (i) => flow({ dst_port: 53, dns_query: `a${i}.example.com` }))),
    35,
    ['T1071.004'],
  ],
  [
    'rdp-lateral',
    traffic(...from(5, (i) => flow({ src_ip: '10.0.0.5', dst_ip: `10.0.1.${i + 1}`, dst_port: 3389 }))),
    35,
    ['T1021.001'],
  ],
  [
    'smb-lateral',
    traffic(...from(5, (i) => flow({ src_ip: '10.0.0.5', dst_ip: `10.0.1.${i + 1}`, dst_port: 445 }))),
    35,
    ['T1021.002'],
  ],
  ['traffic: bad-ip', traffic(flow({ src_ip: '203.0.113.66' })), 40, ['T1071']],
  ['file: bad-hash', file({ hash_sha256: eicar }), 75, ['T1204.002']],
  ['dbl-ext', file({ hash_md5: 'a'.repeat(32), file_name: 'invoice.pdf.exe' }), 25, ['T1036.007']],
  ['good-hash', file({ hash_sha256: empty, file_name: 'invoice.pdf.exe' }), 0, []],
] as [string, object, number, string[]][])('%s', (_name, given, risk, techniques) => {
  const found = score(given)
  expect(found.risk_score).toBe(risk)
  expect(found.mitre_attack.map((row) => row.technique_id)).toEqual(techniques)
  expect(score(given)).toEqual(found)
})

test('the documented sample: one target is known, one must be asked for, and the hash is warned about', () => {
  const found = score(sample)
  expect(found).toMatchObject({ severity: 'high', classification: 'malicious', confidence: 0.86 })
  expect(found.recommended_actions).toEqual([
    {
      action: 'isolate_host',
      target: { type: 'host', value: null },
      priority: 1,
      reason: expect.any(String),
    },
    {
      action: 'block_ip',
      target: { type: 'ip', value: '198.51.100.42' },
      priority: 2,
      reason: expect.any(String),
    },
  ])
  expect(found.warnings).toEqual([expect.stringContaining('hash_sha256')])
  expect(found.mitre_attack[0]).toMatchObject({
    tactic_id: 'TA0011',
    tactic: 'Command and Control',
    technique: 'Non-Standard Port',
    confidence: 0.8,
  })
})

test('below 25 nothing is recommended, below 40 one is to be watched', () => {
  expect(score(telemetry({ process_name: 'anydesk.exe' })).recommended_actions).toEqual([])
  const watched = score(telemetry({ registry_changes: [{ key: run, operation: 'set' }] })).recommended_actions
  expect(watched.map((one) => one.action)).toEqual(['monitor'])
})

test('actions are in the order of urgency, once for each target', () => {
  const everything = telemetry({
    process_name: 'powershell.exe',
    pid: 7,
    parent_process_name: 'winword.exe',
    command_line: 'powershell -enc AAAA lsass comsvcs',
    hash_sha256: eicar,
    user: 'ana',
    host: { hostname: 'WS-01', host_id: 'h-1' },
    registry_changes: [{ key: run }],
    network_connections: [{ dst_ip: '203.0.113.66', port: 4444 }],
  })
  expect(
    score(everything).recommended_actions.map(({ action, target }) => `${action} ${target.value}`),
  ).toEqual([
    'isolate_host h-1',
    'disable_user ana',
    'kill_process powershell.exe:7',
    `quarantine_file ${eicar}`,
    'block_ip 203.0.113.66',
  ])
})

describe('what may be handed in', () => {
  const hash = 'a'.repeat(64)
  test.each<[string, object, string, string]>([
    ['no type', { payload: {} }, 'missing_field', 'type'],
    ['an unknown type', { type: 'other', payload: {} }, 'invalid_request', 'type'],
    ['no payload', { type: 'file_hash' }, 'missing_field', 'payload'],
    ['a payload that is none', { type: 'file_hash', payload: [1] }, 'invalid_request', 'payload'],
    ['no process', { type: 'endpoint_telemetry', payload: {} }, 'missing_field', 'payload.process_name'],
    ['a pid in words', telemetry({ pid: '4892' }), 'invalid_request', 'payload.pid'],
    ['a pid too large', telemetry({ pid: 4_294_967_296 }), 'invalid_request', 'payload.pid'],
    [
      'no address',
      telemetry({ network_connections: [{ dst_ip: '1.2.3', port: 1 }] }),
      'invalid_request',
      'payload.network_connections.0.dst_ip',
    ],
    [
      'port 0',
      telemetry({ network_connections: [{ dst_ip: '1.2.3.4', port: 0 }] }),
      'invalid_request',
      'payload.network_connections.0.port',
    ],
    [
      'a protocol nobody knows',
      telemetry({ network_connections: [{ dst_ip: '1.2.3.4', port: 1, protocol: 'SCTP' }] }),
      'invalid_request',
      'payload.network_connections.0.protocol',
    ],
    ['no flows', { type: 'network_traffic', payload: { flows: [] } }, 'invalid_request', 'payload.flows'],
    ['no hash', file({ file_name: 'a' }), 'invalid_request', 'payload.hash_sha256'],
    ['a hash that is none', file({ hash_sha256: 'a]b]c]...' }), 'invalid_request', 'payload.hash_sha256'],
    ['a hash cut short', file({ hash_md5: hash }), 'invalid_request', 'payload.hash_md5'],
    [
      'too many labels',
      {
        ...file({ hash_sha256: hash }),
        metadata: Object.fromEntries(from(21, (i) => ({ i })).map((_, i) => [`k${i}`, 'v'])),
      },
      'invalid_request',
      'metadata',
    ],
    [
      'a label too long',
      { ...file({ hash_sha256: hash }), metadata: { a: 'x'.repeat(257) } },
      'invalid_request',
      'metadata.a',
    ],
  ])('%s is refused, and the field is named', async (_name, body, code, field) => {
    const answer = await openTenant().ask('POST /threats/analyze', { body })
    expect([answer.status, answer.body.error.code]).toEqual([400, code])
    expect(answer.body.error.details.map((one: { field: string }) => one.field)).toContain(field)
  })

  test('unknown members are kept; protocols are stored in capitals, hashes in small letters; a lone flow is a flow', async () => {
    const tenant = openTenant()
    const stored = async (body: object) => {
      const { assessment_id: id } = (await tenant.ask('POST /threats/analyze', { body })).body
      return (await tenant.ask(`GET /threats/${id}`)).body
    }
    const one = await stored({
      ...telemetry({
        odd: { kept: true },
        network_connections: [{ dst_ip: '1.2.3.4', port: 1, protocol: 'udp' }],
      }),
      metadata: { site: 'HQ' },
    })
    expect(one.payload).toMatchObject({ odd: { kept: true }, network_connections: [{ protocol: 'UDP' }] })
    expect(one.metadata).toEqual({ site: 'HQ' })
    expect((await stored(file({ hash_sha256: hash.toUpperCase() }))).payload.hash_sha256).toBe(hash)
    const lone = await stored({
      type: 'network_traffic',
      payload: { dst_ip: '203.0.113.5', port: 4444, sensor: { id: 's' } },
    })
    expect(lone.payload).toMatchObject({
      flows: [{ dst_ip: '203.0.113.5', dst_port: 4444, protocol: 'TCP' }],
      sensor: { id: 's' },
    })
  })

  test('a strict vendor refuses the documented sample’s hash', async () => {
    const { status, body } = await openTenant({ switches: { hashes: 'strict' } }).ask(
      'POST /threats/analyze',
      { body: sample },
    )
    expect([status, body.error.details[0].field]).toEqual([400, 'payload.hash_sha256'])
  })
})
