import type { Program } from './program.ts'
import { type Column, table } from './table.ts'

/** Tables for people, JSON for programs. */
export function print<Row>(
  program: Program,
  json: boolean | undefined,
  rows: readonly Row[],
  empty: string,
  columns: readonly Column<Row>[],
): void {
  const { terminal } = program
  if (json === true) return printJson(program, rows)
  terminal.out(rows.length === 0 ? `${empty}\n` : table(rows, terminal.columns, columns))
}

export function printJson({ terminal }: Program, value: unknown): void {
  terminal.out(`${JSON.stringify(value, null, 2)}\n`)
}

const units: [name: string, ms: number][] = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1000],
]

/** `3 min ago`, `in 2 h`, `now`. */
export function relative(at: string | number | null, now: number): string {
  if (at === null) return 'never'
  const ms = now - (typeof at === 'number' ? at : Date.parse(at))
  const [name, size] = units.find(([, unit]) => Math.abs(ms) >= unit) ?? ['', 0]
  if (size === 0) return 'now'
  const count = Math.floor(Math.abs(ms) / size)
  return ms > 0 ? `${count} ${name} ago` : `in ${count} ${name}`
}

export const jsonFlag = { type: 'boolean', description: 'print JSON for programs' } as const
export const limitFlag = {
  type: 'string',
  description: 'how many, newest first',
  valueHint: 'n',
  default: '50',
} as const
