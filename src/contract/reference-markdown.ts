import type { Field } from './fields.ts'
import type { LimitRule } from './limits.ts'
import type { OperationReference, PagingWords, Reference } from './reference.ts'

/** A reference as Markdown, for a terminal, a repository or the page that is made from it. */
export function toMarkdown(reference: Reference): string {
  const { title, version, about, notes } = reference
  const oddities = notes === '' ? [] : ['## Oddities', deeper(notes.replace(/^# .*\n+/, ''))]
  const body = [
    ...connecting(reference),
    ...limits(reference),
    ...paging(reference),
    ...errors(reference),
    '## Operations',
    'What is marked ? may be absent.',
    list(reference.operations),
    ...reference.operations.flatMap(describe),
    ...switches(reference),
    ...oddities,
  ]
  return [`# ${title} ${version}`, about, contents(body), ...body]
    .filter((part) => part !== '')
    .join('\n\n')
    .concat('\n')
}

function contents(parts: readonly string[]): string {
  const titles = parts.flatMap((part) => /^## (.+)$/.exec(part)?.[1] ?? [])
  return titles.map((title) => `[${title}](#${title.replace(/\s+/g, '-')})`).join(' · ')
}

function connecting({ bases, settings, headers }: Reference): string[] {
  const signed = Object.entries(headers).map(([name, value]) => `${name}: ${value}`)
  return [
    '## Connecting',
    bases.length === 1
      ? `Base URL: ${code(bases[0]?.url ?? '')}`
      : table(
          ['address', 'for'],
          bases.map(({ of, url }) => [code(url), of]),
        ),
    signed.length === 0 ? 'No key is needed.' : `Every request carries\n\n${fence(signed.join('\n'))}`,
    table(
      ['setting', '', 'what it is'],
      settings.map((field) => [
        code(field.name),
        [
          field.required && 'required',
          field.secret && 'secret',
          field.default && `default ${code(field.default)}`,
        ]
          .filter(Boolean)
          .join(', '),
        `${cell(field.label)}: ${cell(field.help)}${field.options ? ` (${field.options.map(code).join(', ')})` : ''}`,
      ]),
    ),
  ]
}

function limits({ settings, limits: { pace, granted, headers, further } }: Reference): string[] {
  if (settings.length === 0) return []
  const sent = Object.entries(headers).map(([name, value]) => code(`${name}: ${value}`))
  return [
    '## Limits',
    [
      `Watchfloor sends ${rule(pace)}, ${pace.concurrency} at a time.`,
      ...further.map((one) => `Of these ${rule(one.rule)} may be ${one.operations.map(code).join(', ')}.`),
      granted === undefined
        ? 'The sandbox refuses nothing, unless a switch says so.'
        : `The sandbox grants ${rule(granted)}.`,
      sent.length === 0 ? '' : `Answers tell of it: ${sent.join(', ')}.`,
    ]
      .filter(Boolean)
      .join(' '),
  ]
}

function rule({ requests, windowMs, scope, aligned }: LimitRule): string {
  const seconds = windowMs / 1000
  const span = seconds % 60 === 0 ? `${seconds / 60} min` : `${seconds} s`
  const whose = scope === 'address' ? 'IP address' : 'key'
  return `${requests} requests in ${span}${aligned === true ? ' by the clock' : ''} for each ${whose}`
}

function paging({ paging: ways }: Reference): string[] {
  return ways.length === 0 ? [] : ['## Paging', ways.map(way).join('\n')]
}

function way({ first, next, stable, lists }: PagingWords): string {
  const of = lists.map(({ id, rowsKeys }) => {
    const under = rowsKeys.length === 0 ? 'the answer itself' : `under ${rowsKeys.map(code).join(' or ')}`
    return `${code(id)} (${under})`
  })
  return `- ${words(first, next, stable)} Lists: ${of.join(', ')}.`
}

function words(first: string, next: string | undefined, stable: boolean): string {
  if (next === undefined) return 'Whole, in one answer.'
  const begin = first === '' ? 'The first page is asked for without parameters' : `First ${code(`?${first}`)}`
  const shift = stable
    ? 'Pages follow a place in the list: rows that come and go shift nothing.'
    : 'Pages are counted: rows that come and go while they are read shift the next one.'
  return `${begin}, then ${code(`?${next}`)}. ${shift}`
}

function errors({ refusals, switches: rules }: Reference): string[] {
  const rows = refusals.map(({ when, status, body, headers }) => [
    when,
    String(status),
    code(body === '' ? '(no body)' : short(body)),
    Object.entries(headers)
      .map(([name, value]) => code(`${name}: ${value}`))
      .join(' '),
  ])
  return [
    '## Errors',
    Object.keys(rules).length === 0 ? '' : 'As the sandbox answers them, with its switches at rest.',
    table(['when', 'status', 'body', 'headers'], rows),
  ]
}

function short(body: string): string {
  return body.length <= 300 ? body : `${body.slice(0, 300)}…`
}

function list(operations: readonly OperationReference[]): string {
  return table(
    ['operation', 'call', 'what it does'],
    operations.map(({ op }) => [`[${op.id}](#${op.id})`, code(`${op.method} ${op.path}`), cell(op.summary)]),
  )
}

function describe({ op, url, parameters, body, answer, repeatable }: OperationReference): string[] {
  const facts = [
    `Answers ${op.status ?? 200}.`,
    op.permission === undefined ? '' : `Needs ${op.permission.map(code).join(' or ')}.`,
    repeatable ? '' : 'Not repeatable: after an unclear answer it is looked up, never sent again.',
    op.takes === undefined ? '' : `The body may be ${op.takes.join(' or ')}.`,
    op.plain === true ? 'The answer is text.' : '',
    op.alias === true ? 'Only the sandbox serves this form, because some document prints it.' : '',
    `Source: ${cell(op.source)}`,
  ]
  return [
    `### ${op.id}`,
    cell(op.summary),
    fence(`${op.method} ${url}`),
    facts.filter(Boolean).join(' '),
    titled(
      'Parameters',
      table(
        ['parameter', 'in', 'type', ''],
        parameters.map((one) => [name(one), one.in, type(one), cell(one.about)]),
      ),
    ),
    titled('Body', fieldTable(body)),
    titled('Answer', fieldTable(answer)),
  ]
}

function titled(title: string, content: string): string {
  return content === '' ? '' : `**${title}**\n\n${content}`
}

function fieldTable(fields: readonly Field[]): string {
  return table(
    ['field', 'type', ''],
    fields.map((field) => [name(field), type(field), cell(field.about)]),
  )
}

function name({ path, required }: Field): string {
  return `${path === '' ? '(whole)' : code(path)}${required ? '' : ' ?'}`
}

function type(field: Field): string {
  return cell(field.type)
}

function switches({ switches: all }: Reference): string[] {
  const rows = Object.entries(all).map(([key, { about, values, free }]) => [
    code(key),
    [
      ...values.map((value, i) => (i === 0 ? `**${cell(value)}**` : cell(value))),
      ...(free === true ? ['any other'] : []),
    ].join(', '),
    cell(about),
  ])
  const about =
    'Set one with `POST /_sandbox/switches` `{"vendor","name","value"}`; the first value is the default.'
  return rows.length === 0
    ? []
    : ['## Switches of the sandbox', about, table(['switch', 'values', 'what it changes'], rows)]
}

/** Columns in which nothing stands are left out. */
function table(titles: string[], rows: string[][]): string {
  if (rows.length === 0) return ''
  const used = titles.map((_, i) => rows.some((row) => row[i] !== ''))
  const kept = (row: string[]): string[] => row.filter((_, i) => used[i])
  const lines = [kept(titles), kept(titles).map(() => '---'), ...rows.map(kept)]
  return lines.map((row) => `| ${row.join(' | ')} |`).join('\n')
}

function cell(text: string): string {
  return text.replace(/\s+/g, ' ').replaceAll('|', '\\|').replaceAll('<', '&lt;')
}

function code(text: string): string {
  const marks = text.includes('`') ? '``' : '`'
  return `${marks}${text.replace(/\s+/g, ' ').replaceAll('|', '\\|')}${marks}`
}

function fence(text: string): string {
  return `\`\`\`http\n${text}\n\`\`\``
}

/** The notes' own headings go one level down. */
function deeper(markdown: string): string {
  return markdown.replace(/^(#+) /gm, '#$1 ').trim()
}
