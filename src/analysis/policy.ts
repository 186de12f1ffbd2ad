import * as z from 'zod'

/** How findings become cases. Kept as JSON; what a document leaves out has the value that stands here. */

const link = (weight: number, windowMinutes: number) =>
  z
    .strictObject({
      /** How much the rarest value of the kind says; 0 takes the kind out. */
      weight: z.number().min(0).max(100).default(weight),
      /** No link beyond; at its end a link has half the weight that it has at its beginning. */
      windowMinutes: z
        .number()
        .min(1)
        .max(90 * 1440)
        .default(windowMinutes),
    })
    .prefault({})

export const correlationPolicy = z.strictObject({
  /** What the shared entities must weigh together. */
  threshold: z.number().positive().default(0.5),
  kinds: z
    .strictObject({
      host: link(1.6, 60),
      /** On a second device within the hour it says more than a device does. */
      user: link(1.8, 60),
      /** A public address. */
      address: link(2, 720),
      /** An address of the customer's own network. */
      internalAddress: link(1.2, 60),
      hash: link(3, 7 * 1440),
      domain: link(1.6, 720),
      /** The same detection again: rule, title without its numbers, files, device and user. */
      content: link(2, 240),
    })
    .prefault({}),
  /** What is left of the weight where something speaks against it: files, addresses or users that differ. */
  contradiction: z.number().min(0).max(1).default(0.3),
  /** Rarity is counted over the cases of so many days before and after. */
  historyDays: z.number().int().min(1).max(365).default(30),
  /** What stands in more than this share of a customer's cases links nothing, once there are `commonCases` of them. */
  commonShare: z.number().min(0).max(1).default(0.6),
  commonCases: z.number().int().min(1).default(10),
  /** A case grows no further; what a vendor groups may grow to `maxGrouped`. */
  maxFindings: z.number().int().min(1).max(1000).default(50),
  maxGrouped: z.number().int().min(1).max(10_000).default(500),
  maxHours: z
    .number()
    .min(1)
    .max(90 * 24)
    .default(72),
  /** Values that link nothing here, beside the ones that everybody knows: `user:svc-rmm`, `host:dc-01`. */
  ignore: z.array(z.string().regex(/^(?:host|user|address|hash|domain):./)).default([]),
})

export type CorrelationPolicy = z.infer<typeof correlationPolicy>
export type LinkKind = keyof CorrelationPolicy['kinds']

export const defaultPolicy: CorrelationPolicy = correlationPolicy.parse({})
