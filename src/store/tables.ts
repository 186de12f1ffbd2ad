import type { BudgetRow } from './budgets.ts'
import type { CaseCommentRow } from './case-comments.ts'
import type { CaseDecisionRow } from './case-decisions.ts'
import type { CaseRow } from './cases.ts'
import type { ConnectionRow } from './connections.ts'
import type { CoverageRow } from './coverage.ts'
import type { CorrectionRow } from './corrections.ts'
import type { CursorRow } from './cursors.ts'
import type { TraceRow } from './customer-traces.ts'
import type { CustomerRow } from './customers.ts'
import type { DeadLetterRow } from './dead-letters.ts'
import type { EdgeRow } from './edges.ts'
import type { EntityRow } from './entities.ts'
import type { FindingRow } from './findings.ts'
import type { GapRow } from './gaps.ts'
import type { HorizonRow } from './horizons.ts'
import type { LeaseRow } from './leases.ts'
import type { MappingEventRow } from './mapping-events.ts'
import type { MetaRow } from './meta.ts'
import type { PendingRow } from './pending.ts'
import type { PolicyRow } from './policies.ts'
import type { ProjectRow } from './projects.ts'
import type { RecordRow } from './records.ts'
import type { RunRow } from './runs.ts'
import type { SuggestionRow } from './suggestions.ts'
import type { TaskRow } from './tasks.ts'
import type { TenantRow } from './tenants.ts'
import type { ChangeRow } from './ticket-changes.ts'
import type { TicketRow } from './tickets.ts'

/** Every table and its row, for Kysely. */
export interface Tables {
  connections: ConnectionRow
  cursors: CursorRow
  records: RecordRow
  pending: PendingRow
  tenants: TenantRow
  customers: CustomerRow
  customer_traces: TraceRow
  mapping_events: MappingEventRow
  findings: FindingRow
  entities: EntityRow
  cases: CaseRow
  case_comments: CaseCommentRow
  case_decisions: CaseDecisionRow
  edges: EdgeRow
  policies: PolicyRow
  corrections: CorrectionRow
  suggestions: SuggestionRow
  tickets: TicketRow
  ticket_changes: ChangeRow
  projects: ProjectRow
  tasks: TaskRow
  leases: LeaseRow
  runs: RunRow
  coverage: CoverageRow
  gaps: GapRow
  horizons: HorizonRow
  dead_letters: DeadLetterRow
  budgets: BudgetRow
  meta: MetaRow
}

export const tableNames = [
  'connections',
  'cursors',
  'records',
  'pending',
  'tenants',
  'customers',
  'customer_traces',
  'mapping_events',
  'findings',
  'entities',
  'cases',
  'case_comments',
  'case_decisions',
  'edges',
  'policies',
  'corrections',
  'suggestions',
  'tickets',
  'ticket_changes',
  'projects',
  'tasks',
  'leases',
  'runs',
  'coverage',
  'gaps',
  'horizons',
  'dead_letters',
  'budgets',
  'meta',
] as const satisfies (keyof Tables)[]
