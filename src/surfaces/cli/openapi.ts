import { baseOf } from '../../contract/contract.ts'
import { toOpenApi } from '../../contract/openapi.ts'
import { apiArgument, namedApi } from './apis.ts'
import { type Define, command } from './command.ts'
import { printJson } from './output.ts'

export const define: Define = (program) =>
  command({
    meta: { name: 'openapi', description: 'Print an API as an OpenAPI 3.1 document' },
    args: { api: apiArgument },
    async run({ args }) {
      const { contract, settings } = await namedApi(program, args.api)
      printJson(program, toOpenApi(contract, [baseOf(contract, settings)]))
    },
  })
