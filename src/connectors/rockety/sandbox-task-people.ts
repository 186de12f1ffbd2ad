import type { Deed, DeskPeople, DeskWork } from '../sandbox-vendor.ts'
import { type Row, type Store, wordOf } from './sandbox-store.ts'
import { changeTask, removeTask } from './sandbox-tasks.ts'
import type { Organisation } from './sandbox-tokens.ts'

/** Technicians at Rockety's own screen: tasks are done, taken up again, rewritten and deleted; they have no comments. */
export function taskPeople(
  store: Store,
  organisation: Organisation,
  seeded: ReadonlySet<number>,
): DeskPeople {
  return {
    priorities: () => ['urgent', 'high', 'normal', 'low'],
    tickets: () =>
      store.tasks
        .all(organisation)
        .filter((row) => !seeded.has(row.id))
        .map((row) => new Work(store, organisation, row)),
    act(ticketId, deed) {
      const row = store.tasks.get(organisation, ticketId)
      return row !== undefined && doIt(store, organisation, row, deed)
    },
  }
}

/** Read only as far as somebody looks: most tasks have been looked at before. */
class Work implements DeskWork {
  readonly #store: Store
  readonly #organisation: Organisation
  readonly #row: Row

  constructor(store: Store, organisation: Organisation, row: Row) {
    this.#store = store
    this.#organisation = organisation
    this.#row = row
  }

  get id(): string {
    return String(this.#row.id)
  }

  get subject(): string {
    return wordOf(this.#row['name'])
  }

  get customerName(): string {
    const project = this.#store.projects.get(this.#organisation, this.#row['project_id'])
    return wordOf(this.#store.clients.get(this.#organisation, project?.['client_id'])?.['name'])
  }

  get status(): string {
    return wordOf(this.#row['status'])
  }

  get priority(): string | null {
    return wordOf(this.#row['priority']) || null
  }

  get closed(): boolean {
    return this.#row['status'] === 'done'
  }

  get createdAt(): number {
    return Date.parse(wordOf(this.#row['created_at']))
  }
}

function doIt(store: Store, organisation: Organisation, row: Row, deed: Deed): boolean {
  const change = (fields: Record<string, unknown>): boolean => {
    changeTask(store, organisation, row, fields)
    return true
  }
  switch (deed.kind) {
    case 'answer':
      return change({ description: `${wordOf(row['description'])}\n\n${deed.text}`.trim() })
    case 'resolve':
      return row['status'] !== 'done' && change({ status: 'done' })
    case 'reopen':
      return row['status'] === 'done' && change({ status: 'in_progress' })
    case 'prioritise':
      return change({ priority: deed.priority })
    case 'move':
      return moveTo(store, organisation, row, deed.customerName, change)
    case 'merge':
      return false
    default: // delete
      removeTask(store, organisation, row)
      return true
  }
}

/** To the first project of that client. */
function moveTo(
  store: Store,
  organisation: Organisation,
  row: Row,
  customerName: string,
  change: (fields: Record<string, unknown>) => boolean,
): boolean {
  const client = store.clients.all(organisation).find((one) => one['name'] === customerName)
  const project = store.projects.all(organisation).find((one) => one['client_id'] === client?.id)
  if (client === undefined || project === undefined || project.id === row['project_id']) return false
  return change({ project_id: project.id, parent_id: null })
}
