import * as z from 'zod'

/** Fields that several nouns share. */
export const time = z.string().meta({ format: 'date-time', description: 'ISO 8601, UTC, whole seconds' })
export const severity = z.enum(['unknown', 'informational', 'low', 'medium', 'high', 'critical'])
export const changeStates = ['pending', 'sending', 'ambiguous', 'sent', 'refused'] as const
export const outcome = z.enum(['ok', 'incomplete', 'failed'])
/** Where our own API's facts come from: it is ours. */
export const source = 'own'
