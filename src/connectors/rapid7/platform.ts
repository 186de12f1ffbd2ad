import * as z from 'zod'

import { operation } from '../../contract/operation.ts'

/** What all products of the platform share. */
const message = z.looseObject({ message: z.string() })

export const platform = {
  root: operation({
    id: 'platform.root',
    method: 'GET',
    path: '/',
    summary: 'The gateway itself; shows the rate limit',
    source: 'C: SEED status and headers; I: body',
    answer: z.looseObject({}),
  }),
  validate: operation({
    id: 'platform.validate',
    method: 'GET',
    path: '/validate',
    summary: 'Whether the key is good',
    source: 'C: SEED, HAR',
    answer: message,
  }),
  validatePost: operation({
    id: 'platform.validate-post',
    method: 'POST',
    path: '/validate',
    summary: 'Whether the key is good',
    source: 'C: InsightVM plugin of Rapid7',
    answer: message,
    repeatable: true,
  }),
}
