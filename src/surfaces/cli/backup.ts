import { backup } from '../../store/backup.ts'
import { type Define, command } from './command.ts'
import { withData } from './data.ts'

export const define: Define = (program) =>
  command({
    meta: {
      name: 'backup',
      description:
        'Write the database to one file, while the hub runs. Stored API keys stay sealed: keep <data>/key as well',
    },
    args: { file: { type: 'positional', description: 'the file to write', required: true } },
    async run({ args }) {
      await withData(program, ({ store }) => backup(store, args.file))
      program.terminal.out(`The backup is in ${args.file}.\n`)
    },
  })
