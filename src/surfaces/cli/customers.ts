import { list } from '../../api/handlers/customers.ts'
import { readAll, withAsk } from './ask.ts'
import { type Define, command } from './command.ts'
import { type Words, decisions } from './customers-decide.ts'
import { history, suggestions } from './customers-lists.ts'
import { hint } from './nearest.ts'
import { jsonFlag, print, relative } from './output.ts'
import { CliError, type Program } from './program.ts'

const usages = {
  link: '<connection> <customer id> <tenant id, its name, or none>',
  unlink: '<connection> <customer id>',
  confirm: '<connection> <customer id>',
  split: '<connection> <customer id> [name of the new tenant]',
  merge: '<tenant> <tenant that it is>',
  undo: '<decision>',
  suggestions: '',
  history: '',
}

type Verb = keyof typeof usages

const usageOf = (verb: Verb): string => `customers ${verb} ${usages[verb]}`.trim()

export const define: Define = (program) =>
  command({
    meta: {
      name: 'customers',
      description: `List the vendors’ customers and their tenants; or: ${Object.keys(usages).join(', ')}`,
    },
    args: {
      verb: { type: 'positional', description: Object.keys(usages).join(', '), required: false },
      one: { type: 'positional', description: 'a connection, tenant or decision', required: false },
      two: { type: 'positional', description: 'the vendor’s id of a customer, or a tenant', required: false },
      three: { type: 'positional', description: 'a tenant’s id or name, or none', required: false },
      why: { type: 'string', description: 'the reason, kept with the decision', valueHint: 'text' },
      json: jsonFlag,
    },
    async run({ args }) {
      const { verb, one, two, three, why } = args
      if (verb === undefined) return listThem(program, args.json === true)
      if (!isVerb(verb)) {
        const near = hint(verb, Object.keys(usages))
        throw new CliError(`customers has no "${verb}"${near}: ${Object.keys(usages).join(', ')}`)
      }
      if (verb === 'suggestions') return suggestions(program, args.json === true)
      if (verb === 'history') return history(program, args.json === true)
      const given = [one, two, three].filter((word) => word !== undefined)
      const least = usages[verb].split('<').length - 1
      if (given.length < least) throw new CliError(`usage: ${usageOf(verb)}`)
      const words: Words = { one: one ?? '', two: two ?? '', three, why: why ?? '', json: args.json === true }
      await decisions[verb](program, words)
    },
  })

function isVerb(word: string): word is Verb {
  return Object.hasOwn(usages, word)
}

async function listThem(program: Program, json: boolean): Promise<void> {
  await withAsk(program, async (ask) => {
    const rows = await readAll(Infinity, (page) => list(ask, page))
    print(program, json, rows, 'No customers yet: they come with the first read.', [
      { title: 'connection', of: (row) => row.connection },
      { title: 'id', of: (row) => row.vendor_id },
      { title: 'customer', of: (row) => row.name, flex: true },
      { title: 'tenant', of: (row) => row.tenant ?? '(none: its findings wait)', flex: true },
      { title: 'waiting', of: (row) => String(row.quarantined), right: true },
      { title: 'oldest', of: (row) => (row.oldest_waiting ? relative(row.oldest_waiting, ask.now) : '') },
      { title: 'why', of: (row) => row.reason, flex: true },
      { title: 'note', of: (row) => noteOf(row, ask.now), flex: true },
    ])
  })
}

type Row = Awaited<ReturnType<typeof list>>['data'][number]

/** What a person should know of a customer beside its link. */
function noteOf(row: Row, now: number): string {
  const away = row.missing_since === null ? [] : [`not listed since ${relative(row.missing_since, now)}`]
  const doubt = row.doubt ? ['to be checked'] : []
  const filed = row.filed_elsewhere > 0 ? [`${row.filed_elsewhere} filed under another customer`] : []
  return [...doubt, ...away, ...filed].join('; ')
}
