import * as z from 'zod'

import { operation } from '../../contract/operation.ts'
import { stamp, text } from './fields.ts'

/** What a key opens: the only call that tells the tenant. Scopes, plan and expiry are told nowhere. */

export const health = z.looseObject({
  status: text,
  tenant_id: z.string().min(1),
  environment: text,
  timestamp: stamp,
})

export type Health = z.output<typeof health>

export const getHealth = operation({
  id: 'system.health',
  method: 'GET',
  path: '/system/health',
  summary: 'Whether the platform works, and whose key this is',
  source: 'C: SEED',
  answer: health,
})

/** A word that is not known is not taken for production. */
export function isProduction({ environment }: Health): boolean {
  return environment?.toLowerCase() === 'production'
}
