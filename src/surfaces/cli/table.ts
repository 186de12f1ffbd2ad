/** Tables for people: aligned, and cut to the terminal's width at the column that can best spare it. */
export interface Column<Row> {
  title: string
  of(row: Row): string
  /** Gives way first when the line is too long. */
  flex?: boolean
  right?: boolean
}

const gap = '  '
const narrowest = 10

export function table<Row>(rows: readonly Row[], width: number | undefined, columns: readonly Column<Row>[]): string {
  const cells = rows.map((row) => columns.map((column) => oneLine(column.of(row))))
  const head = columns.map((column) => column.title.toUpperCase())
  const widths = columns.map((_, i) => Math.max(...[head, ...cells].map((line) => length(line[i] ?? ''))))
  if (width !== undefined) shrink(widths, columns, width)
  const line = (texts: readonly string[]): string =>
    texts.map((text, i) => fit(text, widths[i] ?? 0, columns[i]?.right === true)).join(gap).trimEnd()
  return [head, ...cells].map((texts) => `${line(texts)}\n`).join('')
}

function shrink<Row>(widths: number[], columns: readonly Column<Row>[], width: number): void {
  for (const [i, column] of columns.entries()) {
    const over = widths.reduce((sum, one) => sum + one, 0) + gap.length * (widths.length - 1) - width
    if (over <= 0) return
    const own = widths[i] ?? 0
    if (column.flex === true) widths[i] = Math.max(Math.min(own, narrowest), own - over)
  }
}

function fit(text: string, width: number, right: boolean): string {
  const size = length(text)
  if (size > width) return `${[...text].slice(0, Math.max(0, width - 1)).join('')}…`
  return right ? ' '.repeat(width - size) + text : text + ' '.repeat(width - size)
}

/** What vendors write reaches the terminal without control characters: a title must not move the cursor. */
export function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]+/gu, ' ').trim()
}

function length(text: string): number {
  return [...text].length
}
