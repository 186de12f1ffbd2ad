import type { CompiledQuery, QueryResult } from 'kysely'
import { type Db, type Engine, engineOf } from './engine.ts'
import { Mark, listParameter } from './lists.ts'

type Argument = string | number | readonly string[]

/**
 * A query that runs all the time: built and compiled once per engine, then run with other arguments. `build` must use
 * each argument as a value, a list with `among`, and nothing else.
 */
export function prepared<Args extends Record<string, Argument>, Row>(
  build: (db: Db, args: Args) => CompiledQuery<Row>,
): (db: Db, args: Args) => Promise<QueryResult<Row>> {
  const kept = new Map<Engine, CompiledQuery<Row>>()
  return (db, args) => {
    const engine = engineOf(db)
    let query = kept.get(engine)
    if (query === undefined) kept.set(engine, (query = build(db, marksFor(args))))
    const parameters = query.parameters.map((value) =>
      value instanceof Mark ? listParameter(engine, args[value.name]) : value,
    )
    return db.executeQuery({ ...query, parameters })
  }
}

/** Kysely takes any value for a parameter; what these stand for has the right type. */
function marksFor<Args extends Record<string, unknown>>(args: Args): Args {
  return Object.fromEntries(Object.keys(args).map((name) => [name, new Mark(name)])) as unknown as Args
}
