import type { Call } from '../../contract/server.ts'
import { restamped, withTextIds, without, withoutNulls } from '../shapes.ts'
import { type Row, type Table, organisationOf } from './sandbox-store.ts'

/** How rows look in the account at hand: the switches choose among the shapes that the client must be able to read. */
export type Kind = 'project' | 'task' | 'user' | 'client' | 'contact' | 'file' | 'sign_off'

/** One object, where the account puts it. */
export function one(call: Call, kind: Kind, row: Row): unknown {
  const shown = shaper(call, kind, false)(row)
  const { single } = call.switches
  if (single === 'root') return shown
  return single === 'key' ? { [kind]: shown } : { data: shown }
}

/** What was made of a whole list, for as long as no row of it changes: its pages are asked for one after the other. */
const lists = new WeakMap<readonly Row[], { setting: string; shown: readonly unknown[] }>()

/** A list's rows; what is too new to be listed is left out. */
export function many(call: Call, kind: Kind, table: Table, rows: readonly Row[]): readonly unknown[] {
  const lag = Number(call.switches['listLagSeconds'] ?? 0) * 1000
  if (lag > 0)
    return shape(
      call,
      kind,
      rows.filter((row) => table.madeAt(row) + lag <= call.now),
    )
  const setting = settingOf(call, kind)
  const known = lists.get(rows)
  if (known?.setting === setting) return known.shown
  const shown = shape(call, kind, rows)
  lists.set(rows, { setting, shown })
  return shown
}

function settingOf(call: Call, kind: Kind): string {
  return [kind, organisationOf(call).id, ...Object.values(call.switches)].join(' ')
}

function shape(call: Call, kind: Kind, rows: readonly Row[]): readonly unknown[] {
  const sorted = inOrder(call, rows)
  return isPlain(call, kind)
    ? sorted
    : sorted.map(shaper(call, kind, call.switches['listDescriptions'] === 'absent'))
}

/** Rows stand by id. */
function inOrder({ switches }: Call, rows: readonly Row[]): readonly Row[] {
  if (switches['order'] === 'newest') return rows.toReversed()
  if (switches['order'] !== 'changed') return rows
  const changed = (row: Row): string => String(row['updated_at'] ?? row['created_at'])
  return rows.toSorted((a, b) => changed(b).localeCompare(changed(a)) || b.id - a.id)
}

function isPlain({ switches }: Call, kind: Kind): boolean {
  return (
    (switches['organisation'] ?? 'absent') === 'absent' &&
    (switches['ids'] ?? 'numbers') === 'numbers' &&
    (switches['times'] ?? 'seconds') === 'seconds' &&
    (switches['nulls'] ?? 'explicit') === 'explicit' &&
    (switches['changeTimes'] ?? 'present') === 'present' &&
    switches['listDescriptions'] !== 'absent' &&
    (kind !== 'task' || (switches['taskShape'] ?? 'plain') === 'plain') &&
    (kind !== 'user' || switches['userNames'] !== 'parts')
  )
}

/** Rows are replaced when they change: what was made of one stays good for as long as it lives. */
const kept = new Map<string, WeakMap<Row, Row>>()

function shaper(call: Call, kind: Kind, leaves: boolean): (row: Row) => Row {
  const { organisation, taskShape, userNames, ids, times, nulls, changeTimes } = call.switches
  const setting = [organisation, taskShape, userNames, ids, times, nulls, changeTimes]
  const profile = [kind, organisationOf(call).id, leaves, ...setting].join(' ')
  const shown = kept.get(profile) ?? new WeakMap<Row, Row>()
  kept.set(profile, shown)
  return (row) => {
    const known = shown.get(row)
    if (known !== undefined) return known
    const made = Object.freeze(reshape(call, kind, row, leaves))
    shown.set(row, made)
    return made
  }
}

function reshape(call: Call, kind: Kind, row: Row, leaves: boolean): Row {
  const { organisation = 'absent', taskShape, userNames } = call.switches
  let out: Row = row
  if (kind === 'task' && taskShape === 'objects') out = asObjects(out)
  if (kind === 'task' && taskShape === 'single') out = asSingle(out)
  if (kind === 'user' && userNames === 'parts') out = asParts(out)
  if (organisation !== 'absent') out = { ...out, [organisation]: organisationOf(call).id }
  return told(leaves ? (without(out, ['description']) as Row) : out, call.switches) // the id stays
}

/** How values are written, whatever the fields are called. */
function told(row: Row, { ids, times, nulls, changeTimes }: Call['switches']): Row {
  let out: unknown = changeTimes === 'absent' ? without(row, ['updated_at']) : row
  if (nulls === 'absent') out = withoutNulls(out as Row)
  if (times === 'milliseconds' || times === 'offset') out = restamped(out, times)
  return (ids === 'texts' ? withTextIds(out) : out) as Row // as it looks to others
}

/** The words of another vocabulary, for the same four states. */
const otherWords: Record<string, string> = {
  todo: 'Open',
  in_progress: 'In progress',
  review: 'Review',
  done: 'Completed',
}

function asObjects({ name, assignee_ids: ids, status, ...row }: Row): Row {
  const assignees = (ids as number[]).map((id) => ({ id, name: `User ${id}` }))
  return { ...row, title: name, assignees, status: otherWords[String(status)] ?? status }
}

function asSingle({ assignee_ids: ids, ...row }: Row): Row {
  return { ...row, assignee_id: (ids as number[])[0] ?? null }
}

function asParts({ name, ...row }: Row): Row {
  const [first_name = '', ...rest] = String(name).split(' ')
  return { ...row, first_name, last_name: rest.join(' ') }
}

/** A task's body in the names of our own rows: the inverse of what is shown. */
export function plainTask(call: Call, body: Record<string, unknown>): Record<string, unknown> {
  const { taskShape } = call.switches
  const plain = { ...body }
  if (taskShape === 'objects') {
    plain['name'] = body['title']
    const word = Object.entries(otherWords).find(([, word]) => word === body['status'])
    if (word !== undefined) plain['status'] = word[0]
  }
  if (taskShape === 'single' && body['assignee_id'] !== undefined) {
    plain['assignee_ids'] = body['assignee_id'] === null ? [] : [body['assignee_id']]
  }
  return plain
}
