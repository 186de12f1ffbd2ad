import * as z from 'zod'

/** What a contract knows of a field beyond its type. It refuses nothing: parsing is not touched. */
interface Hint {
  /** Every word that some document prints here. Others are taken, and told. */
  words?: readonly string[]
  /** Some answers lack it, as documented: that it is absent tells nothing. */
  sometimes?: boolean
}

const hints = z.registry<Hint>()

/** An open enum: any text, of which these are known. Casing does not count. */
export function words(...known: readonly string[]): z.ZodString {
  return z.string().register(hints, { words: known })
}

/** A field that not every answer has. */
export function sometimes<T extends z.ZodType>(schema: T): T {
  const own = schema.clone()
  hints.add(own, { ...hints.get(schema), sometimes: true })
  return own
}

export function hintOf(schema: z.core.$ZodType): Hint {
  return hints.get(schema) ?? {}
}
