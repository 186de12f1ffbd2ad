import * as z from 'zod'

import { operation } from '../../contract/operation.ts'
import { may } from './api.ts'
import { free, given, text } from './fields.ts'
import { pages } from './paging.ts'

/** Cloud webhooks. Paths and request bodies are known, the bodies of answers are inferred. */
const webhook = z.looseObject({ rrn: z.string(), name: text, url: text, validation_config: free })
const validation = z.looseObject({
  type: z.string(),
  client_id: given,
  client_secret_grant_rrn: given,
  auth_service_url: given,
})

const base = '/idr/v1/cloud-webhooks'
const source = 'C: KMCP; I: answers'
const permission = may.write
const done = z.looseObject({})

export const webhooks = {
  list: operation({
    id: 'cloud-webhooks.list',
    method: 'GET',
    path: base,
    summary: 'All webhooks',
    source,
    answer: webhook,
    paging: pages(100, { size: 10 }),
  }),
  create: operation({
    id: 'cloud-webhooks.create',
    method: 'POST',
    path: base,
    summary: 'Make a webhook',
    source,
    body: z.looseObject({ name: z.string().min(1), url: z.string().min(1), validation_config: free }),
    answer: webhook,
    permission,
  }),
  get: operation({
    id: 'cloud-webhooks.get',
    method: 'GET',
    path: `${base}/{rrn}`,
    summary: 'One webhook',
    source,
    answer: webhook,
  }),
  update: operation({
    id: 'cloud-webhooks.update',
    method: 'PATCH',
    path: `${base}/{rrn}`,
    summary: 'Change a webhook',
    source,
    body: z.looseObject({ name: given, url: given, validation_config: free }),
    answer: webhook,
    permission,
    repeatable: true,
  }),
  remove: operation({
    id: 'cloud-webhooks.remove',
    method: 'DELETE',
    path: `${base}/{rrn}`,
    summary: 'Delete a webhook',
    source,
    answer: z.unknown(),
    status: 204,
    permission,
  }),
  test: operation({
    id: 'cloud-webhooks.test',
    method: 'POST',
    path: `${base}/{rrn}/test`,
    summary: 'Send a test event',
    source,
    answer: done,
    permission,
  }),
  replay: operation({
    id: 'cloud-webhooks.replay',
    method: 'POST',
    path: `${base}/{rrn}/replay`,
    summary: 'Send events again, by id or by time',
    source,
    body: z.looseObject({ event_ids: z.array(z.string()).nullish(), start_time: given, end_time: given }),
    answer: done,
    permission,
  }),
  addValidation: operation({
    id: 'cloud-webhooks.add-validation',
    method: 'POST',
    path: `${base}/{rrn}/validation`,
    summary: 'How the receiver is asked for a token',
    source,
    body: validation,
    answer: webhook,
    permission,
  }),
  updateValidation: operation({
    id: 'cloud-webhooks.update-validation',
    method: 'PATCH',
    path: `${base}/{rrn}/validation`,
    summary: 'Change how the receiver is asked',
    source,
    body: validation.partial(),
    answer: webhook,
    permission,
    repeatable: true,
  }),
  removeValidation: operation({
    id: 'cloud-webhooks.remove-validation',
    method: 'DELETE',
    path: `${base}/{rrn}/validation`,
    summary: 'Do not ask the receiver for a token',
    source,
    answer: z.unknown(),
    status: 204,
    permission,
  }),
}
