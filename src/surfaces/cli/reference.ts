import { writeFileSync } from 'node:fs'

import { toMarkdown } from '../../contract/reference-markdown.ts'
import { toReference } from '../../contract/reference.ts'
import { referencePage } from '../reference-page.ts'
import { apiArgument, namedApi } from './apis.ts'
import { type Define, command } from './command.ts'
import { CliError, exitCodes } from './program.ts'

export const define: Define = (program) =>
  command({
    meta: {
      name: 'reference',
      description: 'Print an API’s reference as Markdown, or write it as one HTML page',
    },
    args: {
      api: apiArgument,
      html: { type: 'string', description: 'write a page that needs nothing else', valueHint: 'file' },
    },
    async run({ args }) {
      const { contract, notes } = await namedApi(program, args.api)
      const reference = await toReference(contract, notes)
      if (args.html === undefined) return program.terminal.out(toMarkdown(reference))
      write(args.html, referencePage(reference))
      program.terminal.out(`The reference of ${contract.title} is in ${args.html}.\n`)
    },
  })

function write(file: string, text: string): void {
  try {
    writeFileSync(file, text)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException // fs throws nothing else
    throw new CliError(`${file} cannot be written (${code}): name another file`, exitCodes.unreachable)
  }
}
