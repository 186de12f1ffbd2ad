import { connections, removeConnection } from '../../store/connections.ts'
import { type Define, command } from './command.ts'
import { withData } from './data.ts'
import { hint } from './nearest.ts'
import { CliError } from './program.ts'

export const define: Define = (program) =>
  command({
    meta: {
      name: 'disconnect',
      description: 'Remove a connection and its key; what was read through it stays',
    },
    args: { id: { type: 'positional', description: 'the connection', required: true } },
    async run({ args }) {
      await withData(program, async ({ store }) => {
        const known = (await connections(store.db)).map((one) => one.id)
        if (!known.includes(args.id)) {
          throw new CliError(
            `no connection "${args.id}"${hint(args.id, known)}: "watchfloor connections" lists them`,
          )
        }
        await removeConnection(store.db, args.id)
        program.terminal.out(`${args.id} is removed, and its key with it. What was read stays.\n`)
      })
    },
  })
