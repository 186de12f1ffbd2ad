import type { Fetch } from '../../src/domain/outside.ts'
import { answerWith } from './reading-hub.ts'

/** A vendor that has thrown one of its rows away and gives the next new one its id. */
export class UsedAgain {
  /** The id of the row that was thrown away; until it is set the vendor is honest. */
  purged = ''
  /** What the new one is really called, once there is one. */
  heir = ''
  /** Which of the new rows may be it. */
  fits: (id: string) => boolean = () => true
  readonly #path: RegExp
  readonly #seen = new Set<string>()

  readonly #prefix: string

  /** `path`: of the list in which new rows come up. */
  constructor(vendor: string, path: RegExp) {
    this.#prefix = `/${vendor}/`
    this.#path = path
  }

  readonly between =
    (fetch: Fetch): Fetch =>
    async (url, init) => {
      if (!new URL(url).pathname.startsWith(this.#prefix)) return fetch(url, init)
      const back = (text: string): string => this.#renamed(text, this.purged, this.heir)
      const asked = init.body === undefined ? init : { ...init, body: back(init.body) }
      const answer = await fetch(back(url), asked)
      const text = await answer.text()
      if (answer.status !== 200) return answerWith(answer, text, answer.status)
      if (this.#path.test(new URL(url).pathname)) this.#look(text)
      if (this.heir === '') return answerWith(answer, text)
      const left = this.#without(JSON.parse(text))
      return answerWith(answer, this.#renamed(JSON.stringify(left), this.heir, this.purged))
    }

  #look(text: string): void {
    for (const row of rowsIn(JSON.parse(text))) {
      const id = idOf(row)
      if (this.purged !== '' && this.heir === '' && !this.#seen.has(id) && this.fits(id)) this.heir = id
      this.#seen.add(id)
    }
  }

  #renamed(text: string, from: string, to: string): string {
    if (this.heir === '') return text
    const [plain, encoded] = [text.replaceAll(from, to), encodeURIComponent(from)]
    return plain.replaceAll(encoded, encodeURIComponent(to))
  }

  /** The purged row is on no list any more, and no total counts it. */
  #without(body: any): unknown {
    const keep = (row: unknown): boolean => idOf(row) !== this.purged
    if (Array.isArray(body)) return body.filter(keep)
    const lists = Object.entries(body).filter(([, value]) => Array.isArray(value)) as [string, unknown[]][]
    const gone = Math.max(0, ...lists.map(([, rows]) => rows.filter((row) => !keep(row)).length))
    const less = (one: object): object =>
      Object.fromEntries(
        Object.entries(one).map(([name, value]) => [name, countsRows(name) ? value - gone : value]),
      )
    const out = {
      ...less(body),
      ...Object.fromEntries(lists.map(([name, rows]) => [name, rows.filter(keep)])),
    }
    return body.metadata === undefined ? out : { ...out, metadata: less(body.metadata) }
  }
}

function countsRows(name: string): boolean {
  return ['totalCount', 'total_data', 'total_items', 'dataCount'].includes(name)
}

function rowsIn(body: any): unknown[] {
  return ['data', 'alerts', 'rrns'].flatMap((name) => (Array.isArray(body?.[name]) ? body[name] : []))
}

function idOf(row: any): string {
  if (typeof row === 'string') return row
  return String(row?.rrn ?? row?.assessment_id ?? row?.incident_id ?? row?.id ?? '')
}
