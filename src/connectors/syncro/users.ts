import * as z from 'zod'

import { operation } from '../../contract/operation.ts'
import { count, flag, free, many, text } from './api.ts'
import { whole } from './paging.ts'

/** The token's owner, the technicians and their own phones. */
export const me = {
  get: operation({
    id: 'me.get',
    method: 'GET',
    path: '/me',
    summary: 'The token’s owner; needs no permission, and holds a secret (user_token)',
    source: 'C: SWG, LIVE',
    answer: z.looseObject({
      user_token: text,
      user_email: text,
      user_name: text,
      user_id: count,
      admin: flag,
      can_use_app: flag,
      two_factor_required: flag,
      subdomain: text,
      permissions: free,
      enable_multi_locations: flag,
      locations_allowed: many,
      default_location: z.unknown().optional(),
    }),
  }),
  otp: operation({
    id: 'me.otp',
    method: 'POST',
    path: '/otp_login',
    summary: 'Second factor; not needed for tokens with custom permissions',
    source: 'C: SWG',
    body: z.looseObject({ code: text }),
    answer: z.looseObject({ login: flag, session_token: text, token_expiration: text, instructions: text }),
  }),
}

export const users = {
  list: operation({
    id: 'users.list',
    method: 'GET',
    path: '/users',
    summary: 'Technicians as pairs of id and name',
    source: 'C: SWG, LIVE',
    answer: z.tuple([z.int(), z.string().nullable()]).rest(z.unknown()),
    paging: whole('users'),
  }),
  get: operation({
    id: 'users.get',
    method: 'GET',
    path: '/users/{id}',
    summary: 'One technician',
    source: 'C: SWG',
    answer: z.looseObject({
      user: z.looseObject({
        id: z.int(),
        email: text,
        full_name: text,
        group: text,
        admin: flag,
        color: text,
      }),
    }),
  }),
}

const device = z.looseObject({
  id: z.int(),
  user_id: count,
  device_uuid: text,
  device_name: text,
  disabled: flag,
})

export const userDevices = {
  create: operation({
    id: 'userDevices.create',
    method: 'POST',
    path: '/user_devices',
    summary: 'Registers a technician’s own phone; not a customer’s device',
    source: 'C: SWG',
    body: z.looseObject({ device_uuid: text, device_name: text, registration_token_gcm: text, model: text }),
    answer: device,
  }),
  get: operation({
    id: 'userDevices.get',
    method: 'GET',
    path: '/user_devices/{id}',
    summary: 'A registered phone by its UUID',
    source: 'C: SWG',
    answer: device,
  }),
  update: operation({
    id: 'userDevices.update',
    method: 'PUT',
    path: '/user_devices/{id}',
    summary: 'Changes a registered phone',
    source: 'C: SWG',
    body: z.looseObject({ registration_token_gcm: text }),
    answer: device,
  }),
}
