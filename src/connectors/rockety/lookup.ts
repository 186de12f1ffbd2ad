import type * as z from 'zod'

import { ApiError } from '../../contract/api-error.ts'
import type { Client } from '../../contract/client.ts'
import type { Input, Operation } from '../../contract/operation.ts'
import type { Paging } from '../../contract/paging.ts'
import { Walk } from '../../contract/walk.ts'
import { id, tries } from './api.ts'

/** Looking for what carries a marker: nothing may be overlooked, for whoever finds nothing makes it again. */
interface Kind<Row> {
  list: Operation & { paging: Paging; answer: z.ZodType<Row> }
  get: Operation & { answer: z.ZodType<Row> }
}

type Raw = Readonly<Record<string, unknown>>
type Rejected = { raw: string; reason: string }

/** All rows whose description holds the marker. Throws ApiError when none was found and one may have been overlooked. */
export async function carrying<Row extends Raw>(
  client: Client,
  kind: Kind<Row>,
  query: Record<string, string>,
  descriptions: readonly string[],
  marker: string,
): Promise<Row[]> {
  const listed = await listAll(client, kind.list, query)
  const told = listed.rows.some((row) => tells(row, descriptions))
  const looks = told
    ? new Map(listed.rows.map((row) => [keyOf(row), lookAt(row, descriptions)]))
    : await lookAtEach(client, kind, listed.rows, descriptions)
  const bearing = listed.rows.filter((row) => looks.get(keyOf(row))?.markers.includes(marker))
  const found = told ? bearing : await readEach(client, kind, bearing)
  if (found.length > 0) return found.toSorted((a, b) => age(a).localeCompare(age(b)))
  // Where even what is empty is told, a description would be, too; elsewhere they may all be empty.
  const all = [...looks.values()]
  if (all.length > 0 && !all.some((look) => look.told) && all.some((look) => look.empty)) {
    throw unsettled(
      client,
      `${kind.list.path} has no ${descriptions.join(' or ')}: name the field in the client map`,
    )
  }
  listed.orThrow(marker)
  return []
}

/** What of a row a look-up goes by. */
interface Look {
  /** Everything in brackets that stands in its description, or anywhere where it has none. */
  markers: readonly string[]
  /** It has a description. */
  told: boolean
  /** Something of it is told to be empty. */
  empty: boolean
}

function lookAt(row: Raw, descriptions: readonly string[]): Look {
  const told = tells(row, descriptions)
  // Under whatever name it may stand there.
  const text = textOf(row, told ? descriptions : Object.keys(row))
  return { markers: text.match(/\[[^\]\s]+\]/g) ?? [], told, empty: Object.values(row).includes(null) }
}

function tells(row: Raw, descriptions: readonly string[]): boolean {
  return descriptions.some((name) => row[name] !== undefined)
}

/** Of the rows that were looked at by themselves, so many are remembered. */
const mostLooks = 20_000
const looksOf = new WeakMap<Client, Map<string, Look>>()

/**
 * A list that leaves descriptions out would hide every marker: then each row is read by itself, and once. A marker comes
 * with a row; no row gets one later.
 */
async function lookAtEach<Row extends Raw>(
  client: Client,
  kind: Kind<Row>,
  rows: readonly Row[],
  descriptions: readonly string[],
): Promise<Map<string, Look>> {
  const kept = looksOf.get(client) ?? new Map<string, Look>()
  looksOf.set(client, kept)
  const nameOf = (row: Raw): string => `${kind.list.path} ${keyOf(row)}`
  const fresh = rows.filter((row) => !kept.has(nameOf(row)))
  await readEach(client, kind, fresh, (row) => kept.set(nameOf(row), lookAt(row, descriptions)))
  const looks = rows.flatMap((row) => {
    const look = kept.get(nameOf(row))
    return look === undefined ? [] : [[keyOf(row), look] as const]
  })
  for (const oldest of kept.keys()) if (kept.size > mostLooks) kept.delete(oldest)
  return new Map(looks)
}

interface Listed<Row> {
  rows: Row[]
  orThrow(marker: string): void
}

async function listAll<Row>(
  client: Client,
  list: Operation & { paging: Paging; answer: z.ZodType<Row> },
  query: Record<string, string>,
): Promise<Listed<Row>> {
  const input = { query } as unknown as Input<typeof list> // every list of ours takes its filters as texts
  const walk = new Walk(client, list, input, keyOf, { priority: 'settle', ...tries })
  const rows = new Map<string, Row>()
  const rejected: Rejected[] = []
  for await (const page of walk.pages()) {
    for (const row of page.rows) rows.set(keyOf(row), row)
    rejected.push(...page.rejected)
  }
  const orThrow = (marker: string): void => {
    const hiding = rejected.find(({ raw }) => raw.includes(marker))
    if (hiding !== undefined)
      throw unsettled(client, `the row with ${marker} cannot be read: ${hiding.reason}`)
    if (!walk.complete) throw unsettled(client, walk.reason ?? 'the list was not seen whole')
  }
  return { rows: [...rows.values()], orThrow }
}

/** Those that are gone are left out. What was read before one failed has been `taken`. */
async function readEach<Row extends Raw>(
  client: Client,
  { get }: Kind<Row>,
  rows: readonly Row[],
  taken: (row: Row) => void = () => {},
): Promise<Row[]> {
  const readOne = async (row: Row): Promise<Row[]> => {
    const options = { priority: 'settle', ...tries } as const
    const outcome = await client.try(get, { params: { id: keyOf(row) } }, options)
    if (!outcome.ok && outcome.error.status === 404) return []
    if (!outcome.ok) throw outcome.error
    taken(outcome.answer.value)
    return [outcome.answer.value]
  }
  return (await Promise.all(rows.map(readOne))).flat()
}

export function textOf(row: Raw, names: readonly string[]): string {
  return names
    .map((name) => row[name])
    .filter((value) => typeof value === 'string')
    .join('\n')
}

function keyOf(row: unknown): string {
  return String(id.parse((row as Raw)['id'])) // every row has been read by a schema that demands an id
}

/** ISO times of one server compare as text; without one, the order of the list stays. */
function age(row: Raw): string {
  return typeof row['created_at'] === 'string' ? row['created_at'] : ''
}

function unsettled(client: Client, message: string): ApiError {
  const { vendor } = client.contract
  return new ApiError({ vendor, status: 0, code: 'incomplete_list', message, verdict: 'retryable' })
}
