import { parseJson } from '../../contract/body.ts'
import type { VendorRecord } from '../../domain/record.ts'
import type { TaskReport } from '../../domain/task.ts'
import { toBoardTask } from './fields.ts'
import { mapOf } from './map.ts'
import { type TaskRow, task } from './tasks.ts'

/** How a task stands. Rockety does not say who did it: whoever it is assigned to stands for that, by name where given. */
export function toTaskReport(
  { vendorId, body }: VendorRecord,
  settings: Readonly<Record<string, string>> = {},
): TaskReport {
  const row = task.parse(parseJson(body))
  if (row['deleted'] === true) return { vendorId, gone: true }
  const { done, status, assigneeIds, updatedAt } = toBoardTask(row, mapOf(settings))
  return { vendorId, done, word: status, who: whoOf(row, assigneeIds), updatedAt }
}

function whoOf(row: TaskRow, ids: readonly string[]): string | null {
  const names = (row.assignees ?? []).flatMap((one) => (typeof one['name'] === 'string' ? [one['name']] : []))
  if (names.length > 0) return names.join(', ')
  return ids.length === 0 ? null : `user ${ids.join(', ')}`
}
