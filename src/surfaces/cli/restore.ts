import { restore } from '../../store/restore.ts'
import { type Define, command } from './command.ts'
import { mainOptions } from './data.ts'

export const define: Define = (program) =>
  command({
    meta: { name: 'restore', description: 'Replace the database by a backup: all of it or nothing' },
    args: {
      file: { type: 'positional', description: 'a file that "watchfloor backup" wrote', required: true },
      force: { type: 'boolean', description: 'into a database that holds data, which is then lost' },
    },
    async run({ args }) {
      await restore(args.file, mainOptions(program.config()), { force: args.force === true })
      program.terminal.out(`${args.file} is restored.\n`)
    },
  })
