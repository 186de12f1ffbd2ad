import * as z from 'zod'

import type { Address } from '../../contract/contract.ts'
import type { LimitHabit } from '../../contract/limits.ts'
import { issueLine } from '../../contract/paging.ts'

/**
 * The editable client map: of Rockety's API one path and no field is published, so where an account answers otherwise
 * than we expect, its connection says so here and no release is needed. Every part may be left out.
 */
const path = z.string().regex(/^(?:\/[\w.~-]+)+$/, 'must be a path such as "/tasks"')
const names = z.array(z.string().min(1)).min(1)
const base = z
  .string()
  .regex(
    /^(?:https:\/\/|http:\/\/(?:localhost|127\.0\.0\.1)(?=[:/]|$))[^\s?#]+$/,
    'must be an https address without query',
  )

const schema = z.strictObject({
  base: base.default('https://app.rockety.io/api/v1'),
  paths: z
    .strictObject({
      projects: path.default('/projects'),
      tasks: path.default('/tasks'),
      users: path.default('/users'),
      clients: path.default('/clients'),
    })
    .prefault({}),
  fields: z
    .strictObject({
      project: z
        .strictObject({
          name: names.default(['name', 'title']),
          description: names.default(['description']),
          client: names.default(['client_id']),
        })
        .prefault({}),
      task: z
        .strictObject({
          title: names.default(['name', 'title']),
          description: names.default(['description']),
          project: names.default(['project_id']),
          priority: names.default(['priority']),
          due: names.default(['due_date']),
          parent: names.default(['parent_id']),
          assignees: names.default(['assignee_ids', 'assignees[].id', 'assignee_id', 'user_id']),
          status: z
            .strictObject({
              /** The first is written, all are read. */
              done: names.default(['done', 'completed', 'closed', 'complete']),
              open: names.default(['todo']),
            })
            .prefault({}),
        })
        .prefault({}),
    })
    .prefault({}),
  paging: z.strictObject({ param: z.string().min(1).default('page') }).prefault({}),
  pace: z.number().positive().max(2, 'must be at most 2 requests a second').default(2),
})

export type ClientMap = z.output<typeof schema>

/** What is wrong with the text of the `map` setting, in one line. */
export function mapProblem(text: string): string | undefined {
  const read = parse(text)
  return typeof read === 'string' ? read : undefined
}

const kept = new WeakMap<Readonly<Record<string, string>>, ClientMap>()

/** The map of a connection; a malformed one is an error that says what is wrong. */
export function mapOf(settings: Readonly<Record<string, string>>): ClientMap {
  let map = kept.get(settings)
  if (map === undefined) {
    const read = parse(settings['map'] ?? '')
    if (typeof read === 'string') throw new Error(read)
    kept.set(settings, (map = read))
  }
  return map
}

function parse(text: string): ClientMap | string {
  const given = text.trim() === '' ? {} : fromJson(text)
  if (given === undefined) return 'map is malformed: it must be JSON, such as {"paths":{"tasks":"/todos"}}'
  const parsed = schema.safeParse(given)
  return parsed.success ? parsed.data : `map is malformed: ${issueLine(parsed.error)}`
}

function fromJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

export function baseFrom(settings: Record<string, string>): string {
  return mapOf(settings).base
}

/** The operations' own paths and `page`, as this account calls them. */
export function address(to: Address, settings: Readonly<Record<string, string>>): Address {
  const { paths, paging } = mapOf(settings)
  const [, resource = '', rest = ''] = /^\/([^/]+)(.*)$/.exec(to.path) ?? []
  const own = resource in paths ? paths[resource as keyof typeof paths] : `/${resource}` // `in` has just shown it
  const query = Object.entries(to.query).map(([key, value]) => [key === 'page' ? paging.param : key, value])
  return { path: own + rest, query: Object.fromEntries(query) as Address['query'] } // the same values
}

/** An account may ask for less than two requests a second, never for more. */
export function paceFrom(
  settings: Readonly<Record<string, string>>,
  usual: LimitHabit['pace'],
): LimitHabit['pace'] {
  const { pace } = mapOf(settings)
  return pace >= 2 ? usual : { ...usual, requests: 1, windowMs: Math.ceil(1000 / pace) }
}
