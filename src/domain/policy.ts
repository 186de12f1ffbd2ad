import * as z from 'zod'

/** What one customer of the MSP wants done with its tickets. Every field has a careful default. */
export const policySchema = z.strictObject({
  onVendorResolve: z
    .enum(['note', 'resolve'])
    .default('note')
    .describe(
      'the vendor has closed all findings of a case: only note it on the ticket, or resolve the ticket',
    ),
  onTicketResolve: z
    .enum(['close', 'keep'])
    .default('close')
    .describe('a technician resolves the ticket: close the case with the comment given, or keep it open'),
  onReopen: z
    .enum(['reopen', 'follow-up', 'note'])
    .default('reopen')
    .describe('a resolved case has news: reopen its ticket, raise a follow-up ticket, or only note it'),
  reopenDays: z
    .int()
    .min(0)
    .max(365)
    .default(14)
    .describe('a ticket that was resolved longer ago is not reopened: a follow-up is raised'),
  onWorse: z
    .enum(['raise', 'leave'])
    .default('raise')
    .describe(
      'a case became more severe: raise the ticket’s priority unless somebody has changed it, or leave it',
    ),
  onDeleted: z
    .enum(['leave', 'recreate'])
    .default('leave')
    .describe('somebody deleted the ticket: leave it at that and show it, or raise another'),
  comments: z
    .enum(['hidden', 'public'])
    .default('hidden')
    .describe('who sees our comments: technicians only, or the customer too'),
  email: z.boolean().default(false).describe('whether a public comment is mailed to the customer'),
  alert: z.boolean().default(false).describe('raise an alert on the device, and clear it with the case'),
  worksheet: z
    .string()
    .max(200)
    .default('')
    .describe('name of the worksheet template to attach; empty: none'),
  writeBack: z
    .boolean()
    .default(true)
    .describe('close findings at their vendor when the ticket is resolved; the connection must allow writes'),
  disposition: z
    .enum(['leave', 'malicious', 'benign'])
    .default('leave')
    .describe('what to call a finding that is closed at its vendor'),
})

export type Policy = z.infer<typeof policySchema>

export const defaultPolicy: Policy = policySchema.parse({})

/** What a customer's own settings change of the defaults. */
export type PolicyChange = Partial<Policy>

/** One rule given as text, `reopenDays=30`; throws an Error, one line that says what would be right. */
export function readRule(text: string): PolicyChange {
  const [name, value] = splitOnce(text)
  if (!isRule(name)) throw new Error(`no rule "${name}": use ${Object.keys(policySchema.shape).join(', ')}`)
  if (value === undefined) throw new Error(`${name} needs a value: ${name}=…`)
  const parsed = policySchema.shape[name].safeParse(valueOf(name, value))
  if (parsed.success) return { [name]: parsed.data }
  throw new Error(`${name}=${value} is not possible: use ${choicesOf(name)}`)
}

function isRule(name: string): name is keyof Policy {
  return Object.hasOwn(policySchema.shape, name)
}

function valueOf(name: keyof Policy, text: string): unknown {
  if (typeof defaultPolicy[name] === 'number') return /^\d+$/.test(text) ? Number(text) : text
  if (typeof defaultPolicy[name] === 'boolean')
    return ['on', 'yes', 'true'].includes(text) || (['off', 'no', 'false'].includes(text) ? false : text)
  return text
}

/** What a rule takes, for people. */
export function choicesOf(name: keyof Policy): string {
  if (name === 'reopenDays') return 'a whole number from 0 to 365'
  if (name === 'worksheet') return 'the name of a template, at most 200 characters'
  if (typeof defaultPolicy[name] === 'boolean') return 'on or off'
  const inner: unknown = policySchema.shape[name].unwrap()
  return inner instanceof z.ZodEnum ? inner.options.join(' or ') : 'something else'
}

function splitOnce(text: string): [string, string?] {
  const at = text.indexOf('=')
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)]
}
