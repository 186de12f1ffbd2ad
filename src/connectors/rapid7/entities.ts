import * as z from 'zod'

import { sometimes } from '../../contract/hints.ts'
import { operation } from '../../contract/operation.ts'
import { criteria, text } from './fields.ts'
import { pages } from './paging.ts'

/** Who and what InsightIDR has seen: accounts, users, assets, and the accounts on single assets. */
const named = z.looseObject({ rrn: text, name: text }).nullish()

const accountRow = z.looseObject({
  rrn: z.string(),
  name: text,
  domain: text,
  disabled: z.boolean().nullish(),
  user: named,
  authentication_service: text,
})
const userRow = z.looseObject({
  rrn: z.string(),
  name: text,
  domain: text,
  first_name: text,
  last_name: text,
})
const assetRow = z.looseObject({ rrn: z.string(), name: text })
const localRow = z.looseObject({ rrn: z.string(), name: text, user: sometimes(named), asset: named })

const source = 'C: OAS1, PLG'

function search<const Row extends z.ZodType>(id: string, path: string, answer: Row, what: string) {
  return operation({
    id: `${id}.search`,
    method: 'POST',
    path: `${path}/_search`,
    summary: `${what} that meet criteria; an empty body finds all`,
    source,
    body: criteria,
    answer,
    paging: pages(1000),
    repeatable: true,
  })
}

function get<const Row extends z.ZodType>(id: string, path: string, answer: Row, what: string) {
  return operation({ id: `${id}.get`, method: 'GET', path: `${path}/{rrn}`, summary: what, source, answer })
}

const paths = {
  accounts: '/idr/v1/accounts',
  users: '/idr/v1/users',
  assets: '/idr/v1/assets',
  locals: '/idr/v1/assets/local-accounts',
}

export const entities = {
  searchAccounts: search('accounts', paths.accounts, accountRow, 'Accounts'),
  account: get('accounts', paths.accounts, accountRow, 'One account'),
  searchUsers: search('users', paths.users, userRow, 'Users'),
  user: get('users', paths.users, userRow, 'One user'),
  searchAssets: search('assets', paths.assets, assetRow, 'Assets'),
  asset: get('assets', paths.assets, assetRow, 'One asset'),
  searchLocalAccounts: search('local-accounts', paths.locals, localRow, 'Local accounts'),
  localAccount: get('local-accounts', paths.locals, localRow, 'One local account'),
}
