import type { Connector } from '../../connectors/connector.ts'
import type { Log } from '../../pipeline/hub.ts'
import type { Live, Vendors } from '../../pipeline/vendors.ts'
import type { DemoConnection, Sandbox } from '../../sandbox/sandbox.ts'
import { type StoredConnection, connections, putConnection } from '../../store/connections.ts'
import { seal, unseal } from '../../store/seal.ts'
import type { Db } from '../../store/store.ts'

/** Connections between the form, the database and a client that can be used. */

/** The secret fields go sealed, the others as they are. */
export function toStored(
  { contract }: Connector,
  settings: Record<string, string>,
  about: { id: string; name: string; now: number },
  key: Buffer,
): StoredConnection {
  const secretNames = contract.settings.filter((field) => field.secret === true).map((field) => field.name)
  const isSecret = ([name]: [string, string]): boolean => secretNames.includes(name)
  const all = Object.entries(settings)
  const { id, name, now } = about
  const open = Object.fromEntries(all.filter((entry) => !isSecret(entry)))
  const secrets = seal(key, JSON.stringify(Object.fromEntries(all.filter(isSecret))))
  return { id, name, vendor: contract.vendor, settings: open, secrets, createdAt: now }
}

/** Throws a StoreError when the key is not the one that sealed it. */
export function openStored(vendors: Vendors, stored: StoredConnection, key: Buffer): Live | undefined {
  const secrets = JSON.parse(unseal(key, stored.secrets)) as Record<string, string> // as `toStored` wrote it
  const { secrets: _, ...connection } = stored
  return vendors.open(connection, secrets)
}

export async function openAll(db: Db, vendors: Vendors, key: () => Buffer, log: Log): Promise<Live[]> {
  return (await connections(db)).flatMap((stored) => {
    const live = openStored(vendors, stored, key())
    if (live === undefined)
      log('error', `connection ${stored.id} is of a vendor that this program does not know`)
    return live ?? []
  })
}

/** One connection to each vendor of the sandbox, with the first key of each. */
export async function putDemo(
  db: Db,
  sandbox: Sandbox,
  origin: string,
  parts: { vendors: Vendors; key: Buffer; now: number },
) {
  for (const demo of sandbox.connections(origin)) {
    const connector = parts.vendors.connector(demo.vendor)
    if (connector === undefined) continue
    const about = { id: `demo-${demo.vendor}`, name: 'demo', now: parts.now }
    await putConnection(db, toStored(connector, demoSettings(connector, demo), about, parts.key))
  }
}

function demoSettings({ contract, sandbox }: Connector, demo: DemoConnection): Record<string, string> {
  const secret = contract.settings.find((field) => field.secret === true)?.name
  const key = demo.keys[0]?.value
  return {
    ...sandbox.settings,
    baseUrl: demo.baseUrl,
    ...(secret !== undefined && key !== undefined && { [secret]: key }),
  }
}
