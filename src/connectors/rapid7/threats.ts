import * as z from 'zod'

import { operation } from '../../contract/operation.ts'
import { may } from './api.ts'
import { count, given, text } from './fields.ts'

/** Community threats. No answer ever holds a threat's key: it is made in the product's own pages. */
const threat = z.looseObject({
  name: text,
  note: text,
  indicator_count: count,
  published: z.boolean().nullish(),
})
const result = z.looseObject({ threat, rejected_indicators: z.array(z.string()).nullish() })

const words = z.array(z.string()).nullish()
const lists = z.looseObject({ ips: words, hashes: words, domain_names: words, urls: words })
const file = z.looseObject({ parts: z.array(z.looseObject({ name: z.string(), text: z.string() })) })

const base = '/idr/v1/customthreats'
const indicators = {
  query: z.object({ format: z.enum(['json', 'csv', 'stix_xml']) }),
  body: z.union([z.string(), file, lists]),
  takes: ['application/json', 'text/csv', 'text/xml', 'multipart/form-data'],
  answer: result,
  permission: may.write,
} as const

export const threats = {
  create: operation({
    id: 'threats.create',
    method: 'POST',
    path: base,
    summary: 'Make a community threat; its key is not told',
    source: 'C: OAS1, PLG, PR-825',
    body: z.looseObject({ threat: z.string().min(1), note: given, indicators: lists.nullish() }),
    answer: result,
    permission: may.write,
  }),
  add: operation({
    id: 'threats.add-indicators',
    method: 'POST',
    path: `${base}/key/{key}/indicators/add`,
    summary: 'Add indicators to a threat; those it has already do no harm',
    source: 'C: OAS1, DOC',
    ...indicators,
    repeatable: true,
  }),
  replace: operation({
    id: 'threats.replace-indicators',
    method: 'POST',
    path: `${base}/key/{key}/indicators/replace`,
    summary: 'Replace all indicators of a threat',
    source: 'C: OAS1, PLG',
    ...indicators,
    repeatable: true,
  }),
  remove: operation({
    id: 'threats.delete',
    method: 'POST',
    path: `${base}/key/{key}/delete`,
    summary: 'Delete a threat, with a reason',
    source: 'C: OAS1',
    body: z.looseObject({ reason: z.string() }),
    answer: threat,
    permission: may.write,
  }),
}
