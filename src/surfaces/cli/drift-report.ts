import type { Answers, Drift } from '../../contract/drift.ts'
import { table } from './table.ts'

/** What the vendor answers otherwise than its contract says, for people and for programs. */

interface Row extends Drift {
  /** `GET /incidents` */
  operation: string
}

export function driftRows(answers: Answers): Row[] {
  return answers
    .drift()
    .flatMap(({ op, drift }) => drift.map((one) => ({ operation: `${op.method} ${op.path}`, ...one })))
}

const titles: Record<Drift['kind'], string> = {
  lacking: 'new field',
  missing: 'never there',
  word: 'new word',
  unfit: 'does not fit',
}

const meanings: Record<Drift['kind'], string> = {
  lacking:
    'new field: sent by the vendor, unknown to the contract. It is kept with the record, and not read.',
  missing:
    'never there: known to the contract, in no answer. What is made from it is empty until it comes back.',
  word: 'new word: none of the known values of this field. It is kept as it is, and counts as "other".',
  unfit: 'does not fit: of another type than the contract says. Such rows go to the dead letters.',
}

/** Empty when nothing was read, for then nothing can be said. */
export function driftText(answers: Answers, width: number | undefined): string {
  if (answers.rows === 0) return ''
  const rows = driftRows(answers)
  const looked = `${answers.rows} rows of ${answers.operations} operations`
  if (rows.length === 0) return `Drift: none. ${looked} are as the contract says.\n`
  const shown = table(rows, width, [
    { title: 'operation', of: (row) => row.operation, flex: true },
    { title: 'drift', of: (row) => titles[row.kind] },
    { title: 'field', of: (row) => row.path || '(the row)' },
    { title: 'rows', of: (row) => `${row.seen} of ${row.of}`, right: true },
    { title: 'detail', of: (row) => row.detail ?? '', flex: true },
  ])
  const kinds = [...new Set(rows.map((row) => row.kind))]
  const count = `${rows.length} ${rows.length === 1 ? 'difference' : 'differences'}`
  return `\nDrift: ${count} from the contract in ${looked}.\n${shown}${kinds.map((kind) => `${meanings[kind]}\n`).join('')}`
}
