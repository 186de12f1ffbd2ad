import type { Live, Vendors } from '../pipeline/vendors.ts'
import type { Sandbox } from '../sandbox/sandbox.ts'

/** A connection to every vendor of a sandbox in this process, each with its first demo key. */
export function connectAll(vendors: Vendors, sandbox: Sandbox, createdAt: number): Live[] {
  return sandbox.connections('http://sandbox.test').flatMap(({ vendor, baseUrl, keys, ...settings }) => {
    const connector = vendors.connector(vendor)
    const secret = connector?.contract.settings.find((field) => field.secret === true)?.name
    if (connector === undefined || secret === undefined) return []
    const own = { ...(settings as Record<string, string>), baseUrl } // the form's fields are texts
    const connection = { id: vendor, vendor, name: vendor, settings: own, createdAt }
    return vendors.open(connection, { [secret]: keys[0]?.value ?? '' }) ?? []
  })
}
