import { Refusal } from '../../contract/refusal.ts'
import { type Behaviour, type Call, Reply } from '../../contract/server.ts'
import { isObject } from '../../contract/errors.ts'
import { readRrn } from './rrn.ts'
import { stamp } from './sandbox-ids.ts'
import { here, keyOf } from './sandbox-keys.ts'
import { type Row, notFound, plainName } from './sandbox-organization.ts'
import * as query from './sandbox-query.ts'

/** Comments and the files on them. */
const targets = ['investigation']

/** The target must be a resource name of a kind that can be commented on, and be there. */
function targetOf(call: Call, given: unknown): string {
  const target = plainName(String(given))
  const rrn = readRrn(target)
  if (rrn === undefined || !targets.includes(rrn.service))
    throw query.badRequest(`target: ${String(given)} is not a resource name that can be commented on`)
  if (here(call).investigations.get(target) === undefined) throw notFound('target')
  return target
}

function commentOf(call: Call): Row {
  const row = here(call).comments.get(call.params['rrn'] ?? '')
  if (row === undefined) throw notFound('comment')
  return row
}

function listComments(call: Call): unknown[] {
  const target = targetOf(call, call.query['target'])
  const rows = [...here(call).comments.values()].filter((row) => row['target'] === target)
  return call.query['sortDirection'] === 'ASC' ? rows : rows.toReversed()
}

function createComment(call: Call): Row {
  const organization = here(call)
  const body = query.bodyOf(call)
  const target = targetOf(call, body['target'])
  const names = Array.isArray(body['attachments']) ? body['attachments'].map(String) : []
  const text = query.textOr(body['body'], null)
  if ((text ?? '') === '' && names.length === 0)
    throw query.badRequest('body: a comment needs text or attachments')
  if (new Set(names).size < names.length) throw query.badRequest('attachments: the same file is named twice')
  const files = names.map((name) => {
    const file = organization.attachments.get(name)
    if (file === undefined) throw notFound('attachment')
    organization.attachments.set(name, { ...file, target })
    return file.row
  })
  const row = {
    created_time: stamp(call.now, call.switches),
    rrn: organization.rrn('collaboration', 'comment', organization.next('comment')),
    target,
    creator: keyOf(call).creator,
    body: text,
    visibility: 'PUBLIC',
    attachments: files,
  }
  organization.comments.set(row.rrn, row)
  return row
}

function removeComment(call: Call): Reply {
  const row = commentOf(call)
  const { creator } = keyOf(call)
  if (isObject(row['creator']) && row['creator']['name'] !== creator.name)
    throw new Refusal(403, 'forbidden', 'Only its creator can delete a comment')
  here(call).comments.delete(String(row['rrn']))
  return new Reply(204, undefined)
}

function setVisibility(call: Call): Row {
  const visibility = query.wordOf(call.params['visibility'], ['INTERNAL', 'PUBLIC'], 'visibility')
  const row = { ...commentOf(call), visibility }
  here(call).comments.set(call.params['rrn'] ?? '', row)
  return row
}

function upload(call: Call): unknown[] {
  const organization = here(call)
  const given = query.bodyOf(call)['parts']
  const parts = (Array.isArray(given) ? given : [])
    .filter(isObject)
    .filter((part) => part['name'] === 'filedata')
  if (parts.length === 0) throw query.badRequest('filedata: no file was sent')
  return parts.map((part) => {
    const content = query.textOr(part['text'], '')
    const row = {
      rrn: organization.rrn('collaboration', 'attachment', organization.next('attachment')),
      creator: keyOf(call).creator,
      created_time: stamp(call.now, call.switches),
      file_name: query.textOr(part['fileName'], 'file'),
      mime_type: query.textOr(part['type'], 'application/octet-stream'),
      size: new TextEncoder().encode(content).length,
      scan_status: 'CLEAN',
    }
    organization.attachments.set(row.rrn, { row, content, target: null })
    return row
  })
}

function fileOf(call: Call): { row: Row; content: string; target: string | null } {
  const file = here(call).attachments.get(call.params['rrn'] ?? '')
  if (file === undefined) throw notFound('attachment')
  return file
}

function download(call: Call): Reply {
  const { row, content } = fileOf(call)
  if (row['scan_status'] !== 'CLEAN')
    throw query.badRequest(`The attachment cannot be downloaded: ${String(row['scan_status'])}`)
  const disposition = `attachment; filename="${String(row['file_name'])}"`
  return new Reply(200, content, {
    'content-type': String(row['mime_type']),
    'content-disposition': disposition,
  })
}

export const commentBehaviours: Record<string, Behaviour> = {
  'comments.list': listComments,
  'comments.create': createComment,
  'comments.get': commentOf,
  'comments.remove': removeComment,
  'comments.set-visibility': setVisibility,
  'comments.set-visibility-r7': setVisibility,
  'attachments.upload': upload,
  'attachments.list': (call) => {
    const target = targetOf(call, call.query['target'])
    return [...here(call).attachments.values()]
      .filter((file) => file.target === target)
      .map((file) => file.row)
  },
  'attachments.download': download,
  'attachments.get': (call) => fileOf(call).row,
  'attachments.remove': (call) => {
    fileOf(call)
    here(call).attachments.delete(call.params['rrn'] ?? '')
    return new Reply(204, undefined)
  },
}
