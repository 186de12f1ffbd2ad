import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, readdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** OCSF's own schema sources (`../shared/data`, read from there), as a validator of whole events. */

const archive = join(import.meta.dirname, '..', '..', '..', 'shared', 'data', 'ocsf', 'schema-1.8.0.tar.xz')
export const hasSchema = existsSync(archive)

interface Attribute {
  requirement?: string
  profile?: string | null
  type?: string
  is_array?: boolean
  enum?: Record<string, unknown>
}

type Attributes = Record<string, Attribute>

interface Source {
  name?: string
  extends?: string
  attributes: Attributes & { $include?: string[] | string }
}

export function openSchema(): (className: string, event: unknown) => string[] {
  const root = mkdtempSync(join(tmpdir(), 'watchfloor-ocsf-'))
  execFileSync('tar', ['-xJf', archive, '-C', root])
  const read = (path: string): Source => JSON.parse(readFileSync(join(root, path), 'utf8')) as Source
  const dictionary = read('dictionary.json').attributes
  const events = sourcesIn(root, 'events', read)
  const objects = sourcesIn(root, 'objects', read)

  function attributesOf(sources: Map<string, Source>, name: string): Attributes {
    const source = sources.get(name)
    if (source === undefined) throw new Error(`OCSF has no ${name}`)
    const { $include = [], ...own } = source.attributes
    const included = [$include].flat().map((path) => ofProfile(path, read(path).attributes))
    const base = source.extends === undefined ? {} : attributesOf(sources, source.extends)
    return [base, ...included, own].reduce(merged)
  }

  function check(attributes: Attributes, value: unknown, path: string): string[] {
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      return [`${path} is not an object`]
    const given = value as Record<string, unknown>
    const missing = Object.entries(attributes)
      .filter(
        ([name, rule]) =>
          rule.requirement === 'required' && rule.profile == null && given[name] === undefined,
      )
      .map(([name]) => `${path}.${name} is required`)
    const wrong = Object.entries(given).flatMap(([name, inner]) => {
      if (!(name in attributes)) return [`${path}.${name} is not an attribute`]
      return checkValue(mergedRule(dictionary[name], attributes[name]), inner, `${path}.${name}`)
    })
    return [...missing, ...wrong]
  }

  function checkValue(rule: Attribute, value: unknown, path: string): string[] {
    if (rule.is_array === true) {
      if (!Array.isArray(value)) return [`${path} is not a list`]
      return value.flatMap((item, i) => checkValue({ ...rule, is_array: false }, item, `${path}[${i}]`))
    }
    // The class and category numbers are worked out when OCSF compiles its schema; the sources do not list them.
    const listed = rule.enum !== undefined && !/\.(class|category|type)_uid$/.test(path)
    if (listed && !(String(value) in (rule.enum ?? {})))
      return [`${path}: ${String(value)} is not in the enum`]
    if (rule.type === 'object') return []
    if (rule.type !== undefined && objects.has(rule.type))
      return check(attributesOf(objects, rule.type), value, path)
    const wanted = kindOf(rule.type)
    return wanted === undefined || typeof value === wanted ? [] : [`${path} is not a ${wanted}`]
  }

  return (className, event) => check(attributesOf(events, className), event, className)
}

/** What a profile brings is required only of events that apply it; none of ours does. */
function ofProfile(path: string, attributes: Attributes): Attributes {
  if (!path.startsWith('profiles/')) return attributes
  return Object.fromEntries(
    Object.entries(attributes).map(([name, rule]) => [name, { ...rule, profile: path }]),
  )
}

function merged(base: Attributes, over: Attributes): Attributes {
  const out = { ...base }
  for (const [name, rule] of Object.entries(over)) out[name] = mergedRule(out[name], rule)
  return out
}

function mergedRule(base: Attribute | undefined, over: Attribute | undefined): Attribute {
  return { ...base, ...over, ...(over?.enum && { enum: { ...base?.enum, ...over.enum } }) }
}

function kindOf(type: string | undefined): string | undefined {
  if (type === undefined) return undefined
  if (/^(integer|long|float|timestamp|port)_t$/.test(type)) return 'number'
  if (type === 'boolean_t') return 'boolean'
  return /^(json|object)_t$/.test(type) ? undefined : 'string'
}

function sourcesIn(root: string, folder: string, read: (path: string) => Source): Map<string, Source> {
  const files = readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.json'),
  )
  return new Map(
    files.map((file) => {
      const source = read(join(folder, file))
      return [source.name ?? file, source]
    }),
  )
}
