import * as z from 'zod'

/**
 * The Event: one Record in OCSF 1.8.0 (https://schema.ocsf.io/1.8.0). Only the attributes that we fill are named; the
 * classes' required attributes are all among them.
 */
export const ocsfVersion = '1.8.0'

/** Every class has it. */
const metadata = z.object({
  version: z.literal(ocsfVersion),
  product: z.object({ name: z.string(), vendor_name: z.string() }),
  uid: z.string(),
  tenant_uid: z.string().optional(),
  original_time: z.string().optional(),
})

export const detectionClass = 2004

export const detectionFinding = z.object({
  class_uid: z.literal(detectionClass),
  class_name: z.literal('Detection Finding'),
  category_uid: z.literal(2),
  category_name: z.literal('Findings'),
  activity_id: z.int(),
  type_uid: z.int(),
  severity_id: z.int().min(0).max(99),
  severity: z.string(),
  status_id: z.int(),
  status: z.string(),
  time: z.int(),
  message: z.string().optional(),
  metadata,
  finding_info: z.object({
    uid: z.string(),
    title: z.string(),
    desc: z.string().optional(),
    created_time: z.int().optional(),
    modified_time: z.int().optional(),
    types: z.array(z.string()).optional(),
    attacks: z.array(z.looseObject({})).optional(),
  }),
  remediation: z.object({ desc: z.string() }).optional(),
  device: z.object({ type_id: z.int(), hostname: z.string(), ip: z.string().optional() }).optional(),
  evidences: z.array(z.looseObject({})).optional(),
  unmapped: z.record(z.string(), z.unknown()).optional(),
})

export type DetectionFinding = z.infer<typeof detectionFinding>

/** Activity ids of the Findings category. */
export const findingActivity = { create: 1, update: 2, close: 3 } as const
/** Status ids of the Findings category; 99 keeps the vendor's own word in `status`. */
export const findingStatus = { new: 1, inProgress: 2, suppressed: 3, resolved: 4, other: 99 } as const

export const apiActivityClass = 6003

/** What somebody did in a vendor's console or over its interface, from its audit trail. */
export const apiActivity = z.object({
  class_uid: z.literal(apiActivityClass),
  class_name: z.literal('API Activity'),
  category_uid: z.literal(6),
  category_name: z.literal('Application Activity'),
  activity_id: z.int(),
  activity_name: z.string(),
  type_uid: z.int(),
  severity_id: z.int().min(0).max(99),
  time: z.int(),
  message: z.string().optional(),
  metadata,
  actor: z.object({ user: z.object({ name: z.string(), email_addr: z.string().optional() }) }),
  api: z.object({ operation: z.string(), service: z.object({ name: z.string() }).optional() }),
  src_endpoint: z.object({ ip: z.string().optional(), name: z.string().optional() }),
  unmapped: z.record(z.string(), z.unknown()).optional(),
})

export type ApiActivity = z.infer<typeof apiActivity>

/** Activity ids of API Activity. */
export const apiActivityId = { other: 99, create: 1, read: 2, update: 3, delete: 4 } as const
