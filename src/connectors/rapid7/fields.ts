import * as z from 'zod'

/** The few kinds of field that Rapid7's rows are made of. Enums stay open: they are texts. */
export const text = z.string().nullish()
export const count = z.union([z.number(), z.string()]).nullish()
export const many = z.array(z.unknown()).nullish()
export const free = z.looseObject({}).nullish()

export const person = z.looseObject({ name: text, email: text }).nullish()

/** Epoch ms, or undefined. The fraction has any number of digits. */
export function timeOf(value: string | null | undefined): number | undefined {
  const time = Date.parse(value ?? '')
  return Number.isNaN(time) ? undefined : time
}

/** A body's field that a client may spell as null: unchanged. */
export const given = z.string().nullish()

export const query = {
  start: z.iso.datetime({ offset: true }).optional().describe('strictly after'),
  end: z.iso.datetime({ offset: true }).optional().describe('strictly before'),
  words: z.array(z.string()).optional(),
  multiCustomer: z.boolean().optional().describe('every organization that the user can see; user keys only'),
} as const

/** The criteria that all searches share: they must all hold. */
export const criteria = z.looseObject({
  search: z.array(z.looseObject({ field: z.string(), operator: z.string(), value: z.unknown() })).nullish(),
  sort: z.array(z.looseObject({ field: z.string(), order: z.string() })).nullish(),
})
