import { contractAt } from '../../api/contract.ts'
import { loadConnectors } from '../../connectors/registry.ts'
import { type Contract, baseOf } from '../../contract/contract.ts'
import { toOpenApi } from '../../contract/openapi.ts'
import { type Define, command } from './command.ts'
import { hint } from './nearest.ts'
import { printJson } from './output.ts'
import { CliError } from './program.ts'

export const define: Define = (program) =>
  command({
    meta: { name: 'openapi', description: 'Print an API as an OpenAPI 3.1 document' },
    args: { api: { type: 'positional', description: 'watchfloor, or a vendor', default: 'watchfloor' } },
    async run({ args }) {
      const own = contractAt(`http://127.0.0.1:${program.config().port}`)
      const known = new Map<string, { contract: Contract; settings: Record<string, string> }>()
      known.set(own.vendor, { contract: own, settings: {} })
      for (const { contract, sandbox } of await loadConnectors())
        known.set(contract.vendor, { contract, settings: sandbox.settings })
      const found = known.get(args.api)
      const names = [...known.keys()]
      if (found === undefined)
        throw new CliError(`no API "${args.api}"${hint(args.api, names)}: use ${names.join(', ')}`)
      printJson(program, toOpenApi(found.contract, [baseOf(found.contract, found.settings)]))
    },
  })
