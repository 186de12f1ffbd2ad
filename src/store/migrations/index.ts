import type { Migration } from 'kysely/migration'
import * as start from './0001-start.ts'
import * as coverage from './0002-coverage.ts'
import * as budgets from './0003-budgets.ts'
import * as customers from './0004-customers.ts'
import * as twoWay from './0005-two-way.ts'
import * as tasks from './0006-tasks.ts'
import * as correlation from './0007-correlation.ts'
import * as pending from './0008-pending.ts'

/** Every migration by name, in the order of the names. A released one is never edited. */
export const migrations: Record<string, Migration> = {
  '0001-start': start,
  '0002-coverage': coverage,
  '0003-budgets': budgets,
  '0004-customers': customers,
  '0005-two-way': twoWay,
  '0006-tasks': tasks,
  '0007-correlation': correlation,
  '0008-pending': pending,
}
