import type { Page } from './paging.ts'

/** Of the pages read last, so much is kept; a page that alone is half of it is read anew each time. */
const maxCharacters = 2 * 1024 * 1024

/** The few lists that are asked for again and again seldom change: the same bytes are not parsed twice. */
export class KeptPages {
  /** By address. */
  readonly #pages = new Map<string, Page<unknown>>()
  #characters = 0

  /** The page that was read from these very bytes at this address. */
  find(address: string, text: string): Page<unknown> | undefined {
    const page = this.#pages.get(address)
    return page?.text === text ? page : undefined
  }

  keep(address: string, page: Page<unknown>): void {
    if (page.text.length > maxCharacters / 2) return
    this.#drop(address)
    this.#pages.set(address, page)
    this.#characters += page.text.length
    for (const oldest of this.#pages.keys()) {
      if (this.#characters <= maxCharacters) return
      this.#drop(oldest)
    }
  }

  #drop(address: string): void {
    this.#characters -= this.#pages.get(address)?.text.length ?? 0
    this.#pages.delete(address)
  }
}
