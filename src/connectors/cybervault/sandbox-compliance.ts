import { type Behaviour, type Call, Reply } from '../../contract/server.ts'
import { Refusal } from '../../contract/refusal.ts'
import { digest } from '../../domain/id.ts'
import { controlList, frameworkList, reportList } from './compliance.ts'
import { stampOf } from './fields.ts'
import { identityOf } from './keys.ts'
import { type Space, type Vault, inMemory, notFound } from './sandbox-vault.ts'
import type { Row } from './values.ts'

/** Frameworks with made-up results that never change, and reports that take three seconds. */

const frameworks = [
  { framework_id: 'soc2', name: 'SOC 2', version: '2017 (2022)', prefix: 'CC', count: 18 },
  { framework_id: 'iso27001', name: 'ISO/IEC 27001', version: '2022', prefix: 'A', count: 24 },
  { framework_id: 'hipaa', name: 'HIPAA Security Rule', version: '2013', prefix: 'HS', count: 14 },
  { framework_id: 'pci_dss', name: 'PCI DSS', version: '4.0.1', prefix: 'REQ', count: 12 },
  { framework_id: 'nist_csf', name: 'NIST CSF', version: '2.0', prefix: 'CSF', count: 22 },
]

const categories = ['Access', 'Change', 'Monitoring', 'Recovery'] as const
const severities = ['low', 'medium', 'high'] as const

export function complianceBehaviours(vault: Vault): Record<string, Behaviour> {
  return {
    'compliance.frameworks': (call) =>
      inMemory(
        call,
        frameworkList,
        frameworks.map((one) => summary(one, controlsOf(vault, vault.spaceOf(call), one))),
      ),
    'compliance.controls'(call) {
      return inMemory(
        call,
        controlList,
        controlsOf(vault, vault.spaceOf(call), frameworkOf(call.params['framework_id'])),
      )
    },
    'compliance.createReport': (call) => createReport(vault, call),
    'compliance.reports': (call) => vault.list(call, reportList, vault.spaceOf(call).reports),
    'compliance.report': (call) => vault.find(call, 'reports', call.params['report_id']),
    'compliance.reportContent'(call) {
      const row = vault.find(call, 'reports', call.params['report_id'])
      if (row['status'] !== 'ready') throw notFound(`content of ${String(row['report_id'])} yet`)
      const framework = frameworkOf(String(row['framework_id']))
      const controls = controlsOf(vault, vault.spaceOf(call), framework)
      return { report_id: row['report_id'], framework: summary(framework, controls), controls }
    },
  }
}

type Framework = (typeof frameworks)[number]

function frameworkOf(id: string | undefined): Framework {
  const found = frameworks.find((one) => one.framework_id === id)
  if (found === undefined) throw notFound(id)
  return found
}

/** The same for a tenant every time; roughly one in five fails. */
function controlsOf(vault: Vault, space: Space, { framework_id: id, name, prefix, count }: Framework): Row[] {
  return Array.from({ length: count }, (_, i) => {
    const chance = Number.parseInt(
      digest(`${space.tenant.id} ${space.environment} ${id} ${i}`).slice(0, 6),
      16,
    )
    const status =
      chance % 5 === 0
        ? 'failing'
        : chance % 17 === 1
          ? 'not_applicable'
          : chance % 19 === 1
            ? 'unknown'
            : 'passing'
    return {
      control_id: `${prefix}-${String(i + 1).padStart(2, '0')}`,
      title: `${name} control ${i + 1}`,
      category: categories[i % categories.length],
      status,
      severity: severities[chance % severities.length],
      evidence_count: chance % 9,
      last_checked_at: stampOf(vault.world.start),
    }
  })
}

function summary({ framework_id, name, version }: Framework, controls: readonly Row[]): Row {
  const count = (status: string): number => controls.filter((one) => one['status'] === status).length
  const [passing, failing] = [count('passing'), count('failing')]
  const score = passing + failing === 0 ? 0 : Math.round((100 * passing) / (passing + failing))
  return { framework_id, name, version, control_count: controls.length, passing, failing, score }
}

function createReport(vault: Vault, call: Call): Reply {
  const [space, body] = [vault.spaceOf(call), call.body as Row] // the schema is an object's
  if (space.mock) throw new Refusal(403, 'sandbox_restricted', 'Test keys cannot order reports.')
  const framework = frameworkOf(String(body['framework_id']))
  const stamp = stampOf(call.now)
  const row = space.reports.put({
    report_id: vault.newId('rpt'),
    framework_id: framework.framework_id,
    status: 'queued',
    format: body['format'],
    period_start: body['period_start'],
    period_end: body['period_end'],
    requested_by: identityOf(call).account,
    tenant_id: space.tenant.id,
    created_at: stamp,
    completed_at: null,
  })
  const id = String(row['report_id'])
  vault.later(call.now + 1000, () => space.reports.change(id, { status: 'generating' }))
  vault.later(call.now + 3000, (at) =>
    space.reports.change(id, { status: 'ready', completed_at: stampOf(at) }),
  )
  return new Reply(201, row, { location: `/v3/compliance/reports/${id}` })
}
