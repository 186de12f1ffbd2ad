/** Tables for people: aligned, and cut to the terminal's width at the column that can best spare it. */
export interface Column<Row> {
  title: string
  of(row: Row): string
  /** Gives way first when the line is too long. */
  flex?: boolean
  right?: boolean
}

const gap = '  '
const narrowest = 8

export function table<Row>(
  rows: readonly Row[],
  width: number | undefined,
  columns: readonly Column<Row>[],
): string {
  const cells = rows.map((row) => columns.map((column) => oneLine(column.of(row))))
  const head = columns.map((column) => column.title.toUpperCase())
  const widths = columns.map((_, i) => Math.max(...[head, ...cells].map((line) => length(line[i] ?? ''))))
  if (width !== undefined) shrink(widths, columns, width)
  const line = (texts: readonly string[]): string =>
    texts
      .map((text, i) => fit(text, widths[i] ?? 0, columns[i]?.right === true))
      .join(gap)
      .trimEnd()
  const whole = (text: string): string =>
    width !== undefined && length(text) > width ? cut(text, width) : text
  return [head, ...cells].map((texts) => `${whole(line(texts))}\n`).join('')
}

/** The widest of those that may give way gives way, until the line fits or all of them are narrow. */
function shrink<Row>(widths: number[], columns: readonly Column<Row>[], width: number): void {
  const flexible = [...columns.keys()].filter((i) => columns[i]?.flex === true)
  for (;;) {
    const over = widths.reduce((sum, one) => sum + one, 0) + gap.length * (widths.length - 1) - width
    const widest = flexible.toSorted((a, b) => (widths[b] ?? 0) - (widths[a] ?? 0))[0]
    const own = widest === undefined ? 0 : (widths[widest] ?? 0)
    if (over <= 0 || widest === undefined || own <= narrowest) return
    widths[widest] = own - 1
  }
}

function fit(text: string, width: number, right: boolean): string {
  const size = length(text)
  if (size > width) return fit(`${cut(text, width - 1)}…`, width, right)
  return right ? ' '.repeat(width - size) + text : text + ' '.repeat(width - size)
}

function cut(text: string, width: number): string {
  let out = ''
  let used = 0
  for (const mark of marks(text)) {
    used += widthOf(mark)
    if (used > width) break
    out += mark
  }
  return out
}

/** What vendors write reaches the terminal without control characters: a title must not move the cursor. */
export function oneLine(text: string): string {
  return text
    .replace(/[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]+/gu, ' ')
    .replace(/\s+/g, ' ')
    .trim()
}

/** In columns of the terminal. */
function length(text: string): number {
  return isPlain(text) ? text.length : marks(text).reduce((sum, mark) => sum + widthOf(mark), 0)
}

function isPlain(text: string): boolean {
  return /^[\x20-\x7e]*$/.test(text)
}

/** What a reader sees as one character. */
function marks(text: string): string[] {
  if (isPlain(text)) return text.split('')
  return Array.from(new Intl.Segmenter().segment(text), ({ segment }) => segment)
}

/** East Asian characters and emoji take two columns. */
function widthOf(mark: string): number {
  const wide =
    /[\p{Script=Han}\p{Script=Hangul}\p{Script=Hiragana}\p{Script=Katakana}\p{Emoji_Presentation}\uff01-\uff60]/u
  return wide.test(mark) ? 2 : 1
}
