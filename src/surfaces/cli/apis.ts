import { contractAt } from '../../api/contract.ts'
import type { Contract } from '../../contract/contract.ts'
import { hint } from './nearest.ts'
import { CliError, type Program } from './program.ts'
import { vendorsOf } from './vendors.ts'

export interface Api {
  contract: Contract
  /** Settings of the sandbox's account, for an address that can be looked at. */
  settings: Record<string, string>
  notes: string
}

/** Every API that we describe: our own, then the vendors'. */
async function apisOf(program: Program): Promise<Api[]> {
  const own = contractAt(`http://127.0.0.1:${program.config().port}`)
  const vendors = (await vendorsOf(program)).map(({ contract, sandbox, notes = '' }) => ({
    contract,
    settings: sandbox.settings,
    notes,
  }))
  return [{ contract: own, settings: {}, notes: '' }, ...vendors]
}

export async function namedApi(program: Program, name: string): Promise<Api> {
  const all = await apisOf(program)
  const found = all.find(({ contract }) => contract.vendor === name)
  if (found !== undefined) return found
  const names = all.map(({ contract }) => contract.vendor)
  throw new CliError(`no API "${name}"${hint(name, names)}: use ${names.join(', ')}`)
}

export const apiArgument = {
  type: 'positional',
  description: 'watchfloor, or a vendor',
  default: 'watchfloor',
} as const
