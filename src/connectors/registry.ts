import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'

import type { Connector } from './connector.ts'

/** A folder of vendors that cannot be used, in one line. */
class RegistryError extends Error {
  override name = 'RegistryError'
}

/**
 * Every folder beside this file that holds an index is a vendor, and so is every one in `more`; none is named here.
 * Sorted by name. Throws a RegistryError.
 */
export async function loadConnectors(more?: string): Promise<Connector[]> {
  const connectors: Connector[] = []
  for (const folder of vendorFolders(more)) connectors.push(await load(folder))
  const names = connectors.map(({ contract }) => contract.vendor)
  const twice = names.find((name, i) => names.indexOf(name) !== i)
  if (twice !== undefined) throw new RegistryError(`there are two vendors "${twice}": rename one`)
  return connectors
}

async function load({ path, index }: VendorFolder): Promise<Connector> {
  const module = (await import(pathToFileURL(index).href).catch((error: unknown) => {
    throw new RegistryError(
      `${index} cannot be loaded: ${error instanceof Error ? error.message : String(error)}`,
    )
  })) as { default?: Connector } // checked below
  if (module.default?.contract === undefined)
    throw new RegistryError(`${index} has no default export that is a Connector`)
  const notes = join(path, 'notes.md')
  return existsSync(notes) ? { ...module.default, notes: readFileSync(notes, 'utf8') } : module.default
}

export interface VendorFolder {
  vendor: string
  path: string
  index: string
}

/** `.ts` from a checkout, `.js` from a build. */
export function vendorFolders(more?: string): VendorFolder[] {
  const homes = [import.meta.dirname, ...(more === undefined ? [] : [resolve(more)])]
  return homes.flatMap(foldersIn).toSorted((a, b) => (a.vendor < b.vendor ? -1 : 1))
}

function foldersIn(home: string): VendorFolder[] {
  if (!existsSync(home))
    throw new RegistryError(`the folder ${home} is not there: name one that holds folders of vendors`)
  return readdirSync(home, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .flatMap(({ name }) => {
      const path = join(home, name)
      const index = ['index.ts', 'index.js'].map((file) => join(path, file)).find((file) => existsSync(file))
      return index === undefined ? [] : [{ vendor: name, path, index }]
    })
}
