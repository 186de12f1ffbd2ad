import * as z from 'zod'

import { operation } from '../../contract/operation.ts'

/** Search over everything; the kinds of hits follow the token's permissions. */
export const search = {
  all: operation({
    id: 'search.all',
    method: 'GET',
    path: '/search',
    summary: 'Searches everything that the token may list',
    source: 'C: SWG, LIVE',
    query: z.object({ query: z.string().optional() }),
    answer: z.looseObject({
      quick_result: z.unknown(),
      results: z.array(z.unknown()).nullish(),
      error: z.unknown(),
    }),
  }),
}
