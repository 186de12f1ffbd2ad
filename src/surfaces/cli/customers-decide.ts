import { suggestionsFor } from '../../api/handlers/mapping.ts'
import type { MappingKind } from '../../domain/mapping.ts'
import {
  type Decided,
  type Decider,
  MappingError,
  linkCustomer,
  mergeTenants,
  splitCustomer,
  undo,
} from '../../pipeline/decide-mapping.ts'
import { alone } from '../../pipeline/alone.ts'
import type { Hub } from '../../pipeline/hub.ts'
import { customersOf } from '../../store/customers.ts'
import type { Db } from '../../store/store.ts'
import { livingTenantId, tenants } from '../../store/tenants.ts'
import { withHub } from './hub.ts'
import { openLog } from './log.ts'
import { hint } from './nearest.ts'
import { outboxSteps } from './outbox-steps.ts'
import { printJson } from './output.ts'
import { CliError, type Program } from './program.ts'
import { runSteps } from './steps.ts'

/** What a person typed after the verb. */
export interface Words {
  one: string
  two: string
  three: string | undefined
  why: string
  json: boolean
}

type Decide = (tx: Db, by: Decider) => Promise<Decided>

/** What a person decides about the mapping. What waited for it becomes cases and tickets in the same transaction. */
export const decisions = {
  link: (program: Program, words: Words) => {
    return decided(program, words, async (hub) => {
      const tenantId = await findTenant(hub, words.three ?? '')
      const who = await findCustomer(hub, words)
      return (tx, by) => linkCustomer(tx, by, who, tenantId)
    })
  },
  unlink: (program: Program, words: Words) => {
    return decided(program, words, async (hub) => {
      const who = await findCustomer(hub, words)
      return (tx, by) => linkCustomer(tx, by, who, null)
    })
  },
  confirm: (program: Program, words: Words) => {
    return decided(program, words, async (hub) => {
      const who = await findCustomer(hub, words)
      const tenantId = who.tenantId ?? (await bestGuess(hub, words))
      return (tx, by) => linkCustomer(tx, by, who, tenantId)
    })
  },
  split: (program: Program, words: Words) => {
    return decided(program, words, async (hub) => {
      const who = await findCustomer(hub, words)
      return (tx, by) => splitCustomer(tx, by, who, words.three)
    })
  },
  merge: (program: Program, words: Words) => {
    return decided(program, words, async (hub) => {
      const [from, into] = [await findTenant(hub, words.one), await findTenant(hub, words.two)]
      if (from === null || into === null) throw new CliError('two tenants are merged, not none')
      return (tx, by) => mergeTenants(tx, by, from, into)
    })
  },
  undo: (program: Program, words: Words) =>
    decided(program, words, async () => (tx, by) => undo(tx, by, words.one)),
}

async function decided(
  program: Program,
  words: Words,
  prepare: (hub: Hub) => Promise<Decide>,
): Promise<void> {
  await withHub(program, await openLog(program), async (hub) => {
    const decide = await prepare(hub)
    const reason = words.why === '' ? 'by hand' : words.why
    const work = (tx: Db, now: number) => decide(tx, { hub, actor: program.user, reason, now })
    const result = await alone(hub, work).catch((error: unknown) => {
      throw error instanceof MappingError ? new CliError(error.message) : error
    })
    if (words.json) printJson(program, { decision: result.event.id, ...countsOf(result) })
    else program.terminal.out(`${describe(result)}\n`)
    if (result.freed + result.taken + result.moved > 0) await runSteps(program, words.json, outboxSteps(hub))
  })
}

function countsOf({ freed, moved, taken, elsewhere }: Decided) {
  return { freed, moved_cases: moved, refiled: taken, filed_elsewhere: elsewhere }
}

const done: Partial<Record<MappingKind, string>> = {
  link: 'Linked',
  unlink: 'Unlinked',
  confirm: 'Confirmed',
  split: 'Split off',
  merge: 'Merged',
}

function describe({ event, freed, moved, taken, elsewhere }: Decided): string {
  const parts = [
    event.kind === 'unlink' ? 'its new findings wait' : `${freed} waiting findings became cases`,
    ...(moved > 0 ? [`${moved} cases went along`] : []),
    ...(taken > 0 ? [`${taken} findings were filed anew`] : []),
    ...(elsewhere > 0
      ? [`${elsewhere} stay filed under the other customer, for their ticket stands there: look at them`]
      : []),
  ]
  return `${done[event.kind] ?? 'Undone'}; ${parts.join('; ')}.\nTo take it back: watchfloor customers undo ${event.id}`
}

/** By id, also that of one that was merged, or by name. Null for `none`. */
async function findTenant(hub: Hub, text: string): Promise<string | null> {
  if (text.toLowerCase() === 'none') return null
  const all = await tenants(hub.store.db)
  if (all.some((one) => one.id === text)) return livingTenantId(hub.store.db, text)
  const living = all.filter((one) => one.mergedInto === null)
  const found = living.filter((one) => one.name.toLowerCase() === text.toLowerCase())
  const names = found.map((one) => one.id).join(' or ')
  if (found.length > 1) throw new CliError(`${found.length} tenants are called "${text}": use ${names}`)
  const [only] = found
  if (only !== undefined) return only.id
  throw new CliError(
    `no tenant "${text}"${hint(
      text,
      living.map((one) => one.name),
    )}: "watchfloor customers --json" shows their ids`,
  )
}

async function findCustomer(hub: Hub, { one: connectionId, two: vendorId }: Words) {
  const known = hub.live.map((one) => one.connection.id)
  if (!known.includes(connectionId)) {
    throw new CliError(
      `no connection "${connectionId}"${hint(connectionId, known)}: "watchfloor connections" lists them`,
    )
  }
  const found = (await customersOf(hub.store.db, connectionId)).find((one) => one.vendorId === vendorId)
  if (found !== undefined) return found
  throw new CliError(`${connectionId} has no customer "${vendorId}": "watchfloor customers" lists them`)
}

async function bestGuess(hub: Hub, { one, two }: Words): Promise<string> {
  const all = await suggestionsFor(hub.store.db)
  const best = all.find((each) => each.connectionId === one && each.vendorId === two)
  if (best !== undefined) return best.tenantId
  throw new CliError(`nobody comes near ${one} ${two}: link it to a tenant, or split it off as a new one`)
}
