import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

import type { Connector } from './connector.ts'

/** Every folder beside this file that holds an index is a vendor; none is named here. Sorted by name. */
export async function loadConnectors(): Promise<Connector[]> {
  const connectors: Connector[] = []
  for (const folder of vendorFolders()) {
    const module = (await import(pathToFileURL(folder.index).href)) as { default?: Connector } // checked below
    if (module.default === undefined)
      throw new Error(`${folder.index} has no default export: a vendor exports its Connector`)
    const notes = join(folder.path, 'notes.md')
    connectors.push(
      existsSync(notes) ? { ...module.default, notes: readFileSync(notes, 'utf8') } : module.default,
    )
  }
  return connectors
}

/** `.ts` from a checkout, `.js` from a build. */
export function vendorFolders(): { vendor: string; path: string; index: string }[] {
  return readdirSync(import.meta.dirname, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .flatMap(({ name }) => {
      const path = join(import.meta.dirname, name)
      const index = ['index.ts', 'index.js'].map((file) => join(path, file)).find((file) => existsSync(file))
      return index === undefined ? [] : [{ vendor: name, path, index }]
    })
    .toSorted((a, b) => (a.vendor < b.vendor ? -1 : 1))
}
