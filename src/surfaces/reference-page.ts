import { Marked } from 'marked'

import type { Contract } from '../contract/contract.ts'
import { toMarkdown } from '../contract/reference-markdown.ts'
import { type Reference, toReference } from '../contract/reference.ts'
import { document, escape } from './html.ts'

/** A reference as one page without script. What the notes bring along as HTML is shown as text. */
export function referencePage(reference: Reference): string {
  const marked = new Marked({
    renderer: {
      heading({ tokens, depth, text }) {
        return `<h${depth} id="${escape(text.replace(/\s+/g, '-'))}">${this.parser.parseInline(tokens)}</h${depth}>\n`
      },
      html: ({ text }) => escape(text),
      table(token) {
        const cells = (row: typeof token.header, tag: string): string =>
          row.map((one) => `<${tag} class="long">${this.parser.parseInline(one.tokens)}</${tag}>`).join('')
        const body = token.rows.map((row) => `<tr>${cells(row, 'td')}</tr>`).join('\n')
        return `<div class="scroll"><table><thead><tr>${cells(token.header, 'th')}</tr></thead><tbody>${body}</tbody></table></div>\n`
      },
    },
  })
  const html = marked.parse(toMarkdown(reference), { async: false })
  return document(`<main class="reference">${html}</main>`, { title: `${reference.title} reference` })
}

export interface Described {
  contract: Contract
  /** Its oddities, in Markdown. */
  notes: string
}

/** The page of the API with this name, the list of them all for no name, undefined for any other. */
export async function referenceFor(
  apis: readonly Described[],
  name: string,
  base: string,
): Promise<string | undefined> {
  if (name === '') return index(apis, base)
  const found = apis.find(({ contract }) => contract.vendor === name)
  return found && referencePage(await toReference(found.contract, found.notes))
}

function index(apis: readonly Described[], base: string): string {
  const items = apis.map(({ contract: { vendor, title, about } }) => {
    const to = `${base}/${encodeURIComponent(vendor)}`
    return `<dt><a href="${to}">${escape(title)}</a></dt><dd>${escape(about)}</dd>`
  })
  return document(`<h1>References</h1><dl>${items.join('\n')}</dl>`, { title: 'References' })
}
