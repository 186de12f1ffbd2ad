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
  const told = (row: Raw): boolean => descriptions.some((name) => row[name] !== undefined)
  // A list that leaves descriptions out would hide every marker: then each row is read by itself.
  const rows = listed.rows.some(told) ? listed.rows : await readEach(client, kind, listed.rows)
  // Under whatever name it may stand there.
  const holds = (row: Raw): boolean => (told(row) ? textOf(row, descriptions) : textsOf(row)).includes(marker)
  const found = rows.filter(holds)
  if (found.length > 0) return found.toSorted((a, b) => age(a).localeCompare(age(b)))
  // Where even what is empty is told, a description would be, too; elsewhere they may all be empty.
  if (rows.length > 0 && !rows.some(told) && rows.some(tellsNothing)) {
    throw unsettled(
      client,
      `${kind.list.path} has no ${descriptions.join(' or ')}: name the field in the client map`,
    )
  }
  listed.orThrow(marker)
  return []
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

async function readEach<Row extends Raw>(client: Client, { get }: Kind<Row>, rows: Row[]): Promise<Row[]> {
  const read = await Promise.all(
    rows.map((row) => client.try(get, { params: { id: keyOf(row) } }, { priority: 'settle', ...tries })),
  )
  return read.flatMap((outcome) => {
    if (outcome.ok) return [outcome.answer.value]
    if (outcome.error.status === 404) return []
    throw outcome.error
  })
}

function textsOf(row: Raw): string {
  return textOf(row, Object.keys(row))
}

function tellsNothing(row: Raw): boolean {
  return Object.values(row).includes(null)
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
