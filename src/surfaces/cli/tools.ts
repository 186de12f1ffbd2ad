import { toTools } from '../../contract/tools.ts'
import { apiArgument, namedApi } from './apis.ts'
import { type Define, command } from './command.ts'
import { printJson } from './output.ts'

export const define: Define = (program) =>
  command({
    meta: {
      name: 'tools',
      description: 'Print an API’s operations as tools for a language model (MCP), as JSON',
    },
    args: { api: apiArgument },
    async run({ args }) {
      printJson(program, toTools((await namedApi(program, args.api)).contract))
    },
  })
