import { list } from '../../api/handlers/customers.ts'
import { keepCases } from '../../pipeline/correlate.ts'
import { linkByHand } from '../../pipeline/customers.ts'
import type { Hub } from '../../pipeline/hub.ts'
import { withLease } from '../../pipeline/lease.ts'
import { decideTasks, decideWaitingTasks } from '../../pipeline/tasks.ts'
import { decideChanges } from '../../pipeline/tickets.ts'
import { customersOf } from '../../store/customers.ts'
import { tenants } from '../../store/tenants.ts'
import { readAll, withAsk } from './ask.ts'
import { type Define, command } from './command.ts'
import { withHub } from './hub.ts'
import { openLog } from './log.ts'
import { hint } from './nearest.ts'
import { outboxSteps } from './outbox-steps.ts'
import { jsonFlag, print } from './output.ts'
import { CliError, type Program } from './program.ts'
import { runSteps } from './steps.ts'

const usage = 'customers link <connection> <customer id> <tenant id, its name, or none>'

export const define: Define = (program) =>
  command({
    meta: {
      name: 'customers',
      description: `List the vendors’ customers and their tenants; ${usage} links one`,
    },
    args: {
      verb: { type: 'positional', description: 'link', required: false },
      connection: { type: 'positional', description: 'whose customer it is', required: false },
      customer: { type: 'positional', description: 'the vendor’s id of it', required: false },
      tenant: { type: 'positional', description: 'the tenant’s id or name, or none', required: false },
      json: jsonFlag,
    },
    async run({ args }) {
      const { verb, connection, customer, tenant } = args
      if (verb === undefined) return listThem(program, args.json === true)
      if (verb !== 'link') throw new CliError(`customers has no "${verb}"${hint(verb, ['link'])}: ${usage}`)
      if (connection === undefined || customer === undefined || tenant === undefined)
        throw new CliError(`usage: ${usage}`)
      await link(program, connection, customer, tenant)
    },
  })

async function listThem(program: Program, json: boolean): Promise<void> {
  await withAsk(program, async (ask) => {
    const rows = await readAll(Infinity, (page) => list(ask, page))
    print(program, json, rows, 'No customers yet: they come with the first read.', [
      { title: 'connection', of: (row) => row.connection },
      { title: 'id', of: (row) => row.vendor_id },
      { title: 'customer', of: (row) => row.name, flex: true },
      { title: 'tenant', of: (row) => row.tenant ?? '(none: its findings wait)', flex: true },
      { title: 'waiting', of: (row) => String(row.quarantined), right: true },
      { title: 'why', of: (row) => row.reason, flex: true },
    ])
  })
}

/** What waited for the link becomes cases and tickets in the same transaction. */
async function link(
  program: Program,
  connectionId: string,
  vendorId: string,
  tenantText: string,
): Promise<void> {
  await withHub(program, await openLog(program), async (hub) => {
    const tenantId = await findTenant(hub, tenantText)
    await checkCustomer(hub, connectionId, vendorId)
    const freed = await alone(hub, (tx, now) => linkIn(hub, tx, { connectionId, vendorId, tenantId }, now))
    const what =
      tenantId === null
        ? 'Unlinked; its new findings wait.'
        : `Linked; ${freed} waiting findings became cases.`
    program.terminal.out(`${what}\n`)
    if (freed > 0) await runSteps(program, false, outboxSteps(hub))
  })
}

type Tx = Parameters<typeof linkByHand>[0]

async function linkIn(
  hub: Hub,
  tx: Tx,
  link: Parameters<typeof linkByHand>[1],
  now: number,
): Promise<number> {
  const free = (await linkByHand(tx, link)) ?? []
  const news = await keepCases(tx, free, now)
  await decideChanges(tx, hub, news, now)
  await decideTasks(tx, hub, news, now)
  await decideWaitingTasks(tx, hub, [link], now)
  return free.length
}

/** In one transaction, while no other process moves records along the line. */
async function alone<T>(hub: Hub, work: (tx: Tx, now: number) => Promise<T>): Promise<T> {
  for (;;) {
    const done = await withLease(hub, 'line', async (lease) => ({
      value: await hub.store.transaction(async (tx) => {
        await lease.renew(tx)
        return work(tx, hub.outside.now())
      }),
    }))
    if (done !== undefined) return done.value
    await hub.outside.sleep(100)
  }
}

async function findTenant(hub: Hub, text: string): Promise<string | null> {
  if (text.toLowerCase() === 'none') return null
  const all = await tenants(hub.store.db)
  const found = all.filter((one) => one.id === text || one.name.toLowerCase() === text.toLowerCase())
  if (found.length > 1)
    throw new CliError(
      `${found.length} tenants are called "${text}": use ${found.map((one) => one.id).join(' or ')}`,
    )
  const [only] = found
  if (only !== undefined) return only.id
  throw new CliError(
    `no tenant "${text}"${hint(
      text,
      all.map((one) => one.name),
    )}: "watchfloor customers --json" shows their ids`,
  )
}

async function checkCustomer(hub: Hub, connectionId: string, vendorId: string): Promise<void> {
  const known = hub.live.map((one) => one.connection.id)
  if (!known.includes(connectionId)) {
    throw new CliError(
      `no connection "${connectionId}"${hint(connectionId, known)}: "watchfloor connections" lists them`,
    )
  }
  const customers = await customersOf(hub.store.db, connectionId)
  if (customers.some((one) => one.vendorId === vendorId)) return
  throw new CliError(`${connectionId} has no customer "${vendorId}": "watchfloor customers" lists them`)
}
