import type { Listing } from '../../contract/listing.ts'
import type { Behaviour, Call } from '../../contract/server.ts'
import type { Later } from './sandbox-people.ts'
import { projectOf } from './sandbox-projects.ts'
import { type Kind, many, one } from './sandbox-shape.ts'
import {
  type Row,
  type Store,
  type Table,
  bodyOf,
  deletedReply,
  found,
  organisationOf,
  refuseWrong,
} from './sandbox-store.ts'

/** What a project shares with its client: files and sign-offs. Only the client's contacts answer a sign-off. */
export function portalBehaviours(store: Store, later: Later): Record<string, Behaviour> {
  const { files, signOffs } = store
  return {
    'files.list': (call) => listOf(store, call, 'file', files),
    'files.get': (call) => one(call, 'file', partOf(store, call, files, 'fileId', 'File')),
    'files.delete': (call) => {
      files.remove(partOf(store, call, files, 'fileId', 'File'))
      return deletedReply(call)
    },
    'signOffs.list': (call) => listOf(store, call, 'sign_off', signOffs),
    'signOffs.get': (call) => one(call, 'sign_off', partOf(store, call, signOffs, 'signOffId', 'Sign-off')),
    'signOffs.create': (call) => {
      const { id } = projectOf(store, call)
      const { title, description = null, contact_id = null } = bodyOf(call)
      const known = contact_id === null || store.contacts.get(organisationOf(call), contact_id) !== undefined
      refuseWrong(call, { contact_id: !known && 'does not exist' })
      const asked = { project_id: id, title, description, status: 'pending', contact_id }
      const open = { ...asked, responded_at: null, comment: null, created_at: store.stamp() }
      const row = signOffs.add(organisationOf(call), open, call.now)
      if (contact_id !== null) later.inADay(call.now, () => answer(store, row))
      return one(call, 'sign_off', row)
    },
  }
}

function answer(store: Store, row: Row): void {
  const rejected = row.id % 4 === 0
  const said = rejected
    ? { status: 'rejected', comment: 'Not yet, please call.' }
    : { status: 'approved', comment: null }
  store.signOffs.replace(row, { ...said, responded_at: store.stamp() })
}

function listOf(store: Store, call: Call, kind: Kind, table: Table): Listing<Row> {
  const { id } = projectOf(store, call)
  return many(
    call,
    kind,
    table,
    table.all(organisationOf(call)).filter((row) => row['project_id'] === id),
  )
}

function partOf(store: Store, call: Call, table: Table, parameter: string, what: string): Row {
  const { id } = projectOf(store, call)
  const row = table.get(organisationOf(call), call.params[parameter])
  return found(row?.['project_id'] === id ? row : undefined, what)
}
