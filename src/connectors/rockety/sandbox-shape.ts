import { type Lister, type Listing, type Telling, listed } from '../../contract/listing.ts'
import type { Call } from '../../contract/server.ts'
import { restamped, withTextIds, without, withoutNulls } from '../shapes.ts'
import { type Row, type Table, organisationOf } from './sandbox-store.ts'

/** How rows look in the account at hand: the switches choose among the shapes that the client must be able to read. */
export type Kind = 'project' | 'task' | 'user' | 'client' | 'contact' | 'file' | 'sign_off'

/** One object, where the account puts it. */
export function one(call: Call, kind: Kind, row: Row): unknown {
  const shown = reshape(call, kind, row, false)
  const { single } = call.switches
  if (single === 'root') return shown
  return single === 'key' ? { [kind]: shown } : { data: shown }
}

const rowsOf: Record<Kind, Lister<Row>> = {
  project: inLists('project'),
  task: inLists('task'),
  user: inLists('user'),
  client: inLists('client'),
  contact: inLists('contact'),
  file: inLists('file'),
  sign_off: inLists('sign_off'),
}

function inLists(kind: Kind): Lister<Row> {
  return listed((row: Row, call) => reshape(call, kind, row, call.switches['listDescriptions'] === 'absent'))
}

/** A list's rows; what is too new to be listed is left out. */
export function many(call: Call, kind: Kind, table: Table, rows: readonly Row[]): Listing<Row> {
  const lag = Number(call.switches['listLagSeconds'] ?? 0) * 1000
  const ripe = lag > 0 ? rows.filter((row) => table.madeAt(row) + lag <= call.now) : rows
  return rowsOf[kind](inOrder(call, ripe), call)
}

/** Rows stand by id. */
function inOrder({ switches }: Call, rows: readonly Row[]): readonly Row[] {
  if (switches['order'] === 'newest') return rows.toReversed()
  return switches['order'] === 'changed' ? newestChange(rows) : rows
}

/** A list whose rows have not changed is not sorted again: its pages are asked for one after the other. */
const sorted = new WeakMap<readonly Row[], readonly Row[]>()

function newestChange(rows: readonly Row[]): readonly Row[] {
  const known = sorted.get(rows)
  if (known !== undefined) return known
  const changed = (row: Row): string => String(row['updated_at'] ?? row['created_at'])
  const order = rows.toSorted((a, b) => compare(changed(b), changed(a)) || b.id - a.id)
  sorted.set(rows, order)
  return order
}

/** All times are written alike. */
function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

function reshape(call: Telling, kind: Kind, row: Row, leaves: boolean): Row {
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
