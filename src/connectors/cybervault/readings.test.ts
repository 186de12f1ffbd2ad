import { expect, test } from 'vitest'

import { normalEntities } from '../../domain/entity.ts'
import { detectionFinding } from '../../domain/event.ts'
import { toRecord } from '../../domain/record.ts'
import { readFixtures } from '../conformance.ts'
import { incidentsFeed } from './incident-feed.ts'
import { threatsFeed } from './threat-feed.ts'

const now = Date.parse('2026-02-03T10:30:00Z')
const fixtures = new Map(
  readFixtures(import.meta.dirname).map((one) => [
    one.file.replace(/\.json$/, ''),
    one.records as Record<string, unknown>[],
  ]),
)
const fixture = (operation: string, i = 0): Record<string, unknown> =>
  structuredClone(fixtures.get(operation)![i]!)

const record = (row: object, open = true) =>
  toRecord(
    'c',
    'threats',
    { vendorId: 'x', customerId: 'tv_9a8b7c6d5e4f', time: now, open, body: JSON.stringify(row) },
    now,
  )
const threat = (row: object) => threatsFeed.toReading!(record(row))
const incident = (row: object) => incidentsFeed.toReading!(record(row))
const isFinding = (row: object) => threatsFeed.isFinding!(record(row))

test('an assessment, whole', () => {
  const reading = threat({
    ...fixture('threats.get'),
    payload: {
      process_name: 'svchost.exe',
      user: 'ACME\\ana',
      command_line: 'x',
      host: { hostname: 'WS-01.acme.test', host_id: 'h-9' },
    },
  })
  expect(detectionFinding.safeParse(reading.event).error?.issues ?? []).toEqual([])
  expect(reading.event).toMatchObject({
    severity_id: 4,
    status_id: 1,
    status: 'new',
    time: now,
    metadata: {
      uid: 'ta_5b1e90c2d7a4',
      tenant_uid: 'tv_9a8b7c6d5e4f',
      original_time: '2026-02-03T10:00:00Z',
    },
    finding_info: {
      title: 'Non-Standard Port on WS-01.acme.test',
      desc: expect.stringContaining(
        'Risk score: 75 of 100 (malicious)\nProcess: svchost.exe\nCommand line: x\nSuspicious ip: 203.0.113.9',
      ),
      attacks: [
        {
          tactic: { uid: 'TA0011', name: 'Command and Control' },
          technique: { uid: 'T1571', name: 'Non-Standard Port' },
        },
      ],
    },
    device: { hostname: 'WS-01.acme.test' },
    remediation: { desc: 'Block ip 203.0.113.9: outbound session to an uncommon port.' },
    evidences: [{ data: { type: 'ip', value: '203.0.113.9' }, verdict: 'suspicious' }],
    unmapped: { risk_score: 75, classification: 'malicious', confidence: 0.86 },
  })
  expect(normalEntities(reading.entities)).toEqual([
    { kind: 'host', value: 'ws-01' },
    { kind: 'user', value: 'ana' },
    { kind: 'address', value: '203.0.113.9' },
  ])
  expect(reading.group).toBe('ta_5b1e90c2d7a4')
})

test('an incident, with the assessment that it belongs to', () => {
  const reading = incident(fixture('incidents.list'))
  expect(detectionFinding.safeParse(reading.event).error?.issues ?? []).toEqual([])
  expect(reading.event).toMatchObject({
    severity_id: 5,
    status_id: 1,
    finding_info: { title: 'Non-Standard Port on WS-01' },
    device: { hostname: 'WS-01' },
  })
  expect(reading.entities).toEqual([{ kind: 'host', value: 'WS-01' }])
  expect(reading.group).toBe('ta_5b1e90c2d7a4')
  expect(incident({ ...fixture('incidents.list'), assessment_ids: [] }).group).toBe('inc_5b1e90c2d7a4')
  expect(incident(fixture('incidents.list', 1)).event).toMatchObject({ status_id: 4, status: 'closed' })
})

test('sub-techniques stand beside their technique, and without a payload the device is that of the action', () => {
  const row = {
    ...fixture('threats.list'),
    mitre_attack: [{ technique_id: 'T1003.001', technique: 'LSASS Memory' }],
    recommended_actions: [
      { action: 'isolate_host', target: { type: 'host', value: 'SRV-1' } },
      'call the customer',
    ],
    indicators: [
      '203.0.113.9',
      { type: 'url', value: 'https://bad.example/x', verdict: 'malicious' },
      { type: 'ip', value: '192.0.2.1', verdict: 'benign' },
    ],
  }
  const { event, entities } = threat(row)
  expect(event.finding_info.attacks).toEqual([
    { technique: { uid: 'T1003' }, sub_technique: { uid: 'T1003.001', name: 'LSASS Memory' } },
  ])
  expect(event.device?.hostname).toBe('SRV-1')
  expect(event.remediation?.desc).toBe('Isolate host SRV-1.\nCall the customer.')
  expect(normalEntities(entities)).toEqual([
    { kind: 'host', value: 'srv-1' },
    { kind: 'domain', value: 'bad.example' },
  ])
})

test.each<[string, object, boolean]>([
  ['malicious', { classification: 'malicious', risk_score: 1 }, true],
  ['benign', { classification: 'Benign', risk_score: 99 }, false],
  ['unknown word, low score', { classification: 'odd', risk_score: 24 }, false],
  ['unknown word, score', { classification: 'odd', risk_score: 25 }, true],
  ['a score from 0 to 1', { classification: null, risk_score: 0.3 }, true],
  ['a low score from 0 to 1', { classification: null, risk_score: 0.05 }, false],
  ['a score in words', { classification: null, risk_score: '80' }, true],
  ['all of one, or one of a hundred', { classification: null, risk_score: 1 }, true],
  ['nothing said', { classification: null, risk_score: null }, true],
])('%s: a finding or not', (_name, more, expected) => {
  expect(isFinding({ ...fixture('threats.list'), ...more })).toBe(expected)
})

test.each<[unknown, unknown, number]>([
  ['critical', 10, 5],
  ['HIGH', 10, 4],
  ['unheard_of', 0.91, 5],
  [null, 45, 3],
  [null, 12, 2],
  [null, 3, 1],
  [null, null, 0],
])('severity %s with score %s is %i', (severity, risk, expected) => {
  expect(threat({ ...fixture('threats.list'), severity, risk_score: risk }).event.severity_id).toBe(expected)
})

test('long numbers and unknown fields survive, unreadable rows throw', () => {
  const body = JSON.stringify({ ...fixture('threats.list'), extra: 1 }).replace(
    '"extra":1',
    '"extra":12345678901234567890',
  )
  const reading = threatsFeed.toReading!({ ...record({}), body })
  expect(reading.event.finding_info.uid).toBe('ta_5b1e90c2d7a4')
  expect(() => threat({ type: 'no id' })).toThrow('assessment_id')
  expect(() => incident({})).toThrow('incident_id')
})

// Planted faults: were a field's mapping taken away, leaving the field out would change nothing.
test.each([
  'assessment_id',
  'status',
  'severity',
  'classification',
  'risk_score',
  'mitre_attack',
  'recommended_actions',
  'indicators',
  'warnings',
  'payload',
  'created_at',
  'updated_at',
  'type',
  'confidence',
  'mock',
  'metadata',
  'request_id',
])('the assessment’s %s can be seen in its reading', (field) => {
  const row: Record<string, unknown> = {
    ...fixture('threats.get'),
    ...fixture('threats.list', 1),
    payload: { process_name: 'a.exe', host: { hostname: 'WS-1' } },
    warnings: ['odd'],
    severity: 'critical',
  }
  const { [field]: _gone, ...less } = row
  const after = field === 'assessment_id' ? { ...less, assessment_id: 'ta_0' } : less
  expect(threat(after)).not.toEqual(threat(row))
})

test.each([
  'incident_id',
  'title',
  'description',
  'severity',
  'status',
  'source',
  'assessment_ids',
  'affected_assets',
  'assignee',
  'tags',
  'resolution',
  'created_at',
  'updated_at',
  'contained_at',
  'resolved_at',
])('the incident’s %s can be seen in its reading', (field) => {
  const row = fixture('incidents.list', 1)
  const { [field]: _gone, ...less } = row
  const after = field === 'incident_id' ? { ...less, incident_id: 'inc_0' } : less
  expect(incident(after)).not.toEqual(incident(row))
})
