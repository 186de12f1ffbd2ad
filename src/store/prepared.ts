import type { CompiledQuery, QueryResult } from 'kysely'
import { type Db, type Engine, engineOf } from './engine.ts'
import { Mark, listParameter } from './lists.ts'

type Argument = string | number | null | readonly string[]

/**
 * A query that runs all the time: built and compiled once per engine and set of arguments, then run with other values.
 * `build` must use each argument as a value, a list with `among`, and nothing else; what is undefined it does not get.
 */
export function prepared<Args extends Partial<Record<string, Argument>>, Row>(
  build: (db: Db, args: Args) => CompiledQuery<Row>,
): (db: Db, args: Args) => Promise<QueryResult<Row>> {
  const kept = {
    sqlite: new Map<string, CompiledQuery<Row>>(),
    postgres: new Map<string, CompiledQuery<Row>>(),
  }
  return (db, args) => {
    const engine: Engine = engineOf(db)
    const names = namesOf(args)
    let query = kept[engine].get(names)
    if (query === undefined) kept[engine].set(names, (query = build(db, marksFor(names) as unknown as Args)))
    const parameters = query.parameters.map((value) =>
      value instanceof Mark ? listParameter(engine, args[value.name]) : value,
    )
    return db.executeQuery({ ...query, parameters })
  }
}

/** Kysely takes any value for a parameter; what these stand for has the right type. */
function marksFor(names: string): Record<string, Mark> {
  return Object.fromEntries(names.split(' ').map((name) => [name, new Mark(name)]))
}

function namesOf(args: Partial<Record<string, Argument>>): string {
  let names = ''
  for (const name in args) if (args[name] !== undefined) names += names === '' ? name : ` ${name}`
  return names
}
