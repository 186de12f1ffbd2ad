import type { Define } from './command.ts'

interface Entry {
  about: string
  /** Read only when the command is called, so that each starts with no more than it needs. */
  load(): Promise<{ define: Define }>
}

export const commands: Record<string, Entry> = {
  up: {
    about: 'Run the hub: read, make cases, raise tickets, serve the status page',
    load: () => import('./up.ts'),
  },
  sandbox: {
    about: 'Serve the vendors’ APIs over a made-up world, to try things against',
    load: () => import('./sandbox.ts'),
  },
  sync: { about: 'Read once, now, and deliver what follows from it', load: () => import('./sync.ts') },
  cases: { about: 'List cases, newest attack first', load: () => import('./cases.ts') },
  case: {
    about: 'Show one case and why its findings belong together; merge, split, move, undo',
    load: () => import('./case.ts'),
  },
  replay: {
    about: 'Show what another correlation policy would have made of the last days',
    load: () => import('./replay.ts'),
  },
  tickets: { about: 'List tickets', load: () => import('./tickets.ts') },
  tasks: { about: 'List the recommended actions and how their tasks do', load: () => import('./tasks.ts') },
  deliveries: {
    about: 'List what was told to the ticketing vendor, and what became of it',
    load: () => import('./deliveries.ts'),
  },
  customers: {
    about: 'List the vendors’ customers and their tenants; link one',
    load: () => import('./customers.ts'),
  },
  coverage: {
    about: 'Show what was read of every feed, for every customer, and what was not',
    load: () => import('./coverage.ts'),
  },
  policy: {
    about: 'Show or set what each customer wants done with its tickets',
    load: () => import('./policy.ts'),
  },
  note: { about: 'Write a note on a case; its ticket is told', load: () => import('./note.ts') },
  activities: {
    about: 'List what was done in the vendors’ consoles (their audit trails)',
    load: () => import('./activities.ts'),
  },
  inventory: {
    about: 'List devices and users as the vendors know them',
    load: () => import('./inventory.ts'),
  },
  connections: { about: 'List connections and how their feeds do', load: () => import('./connections.ts') },
  budget: {
    about: 'What may be sent to each vendor, and how fresh that keeps what is read',
    load: () => import('./budget.ts'),
  },
  connect: { about: 'Connect a vendor', load: () => import('./connect.ts') },
  disconnect: {
    about: 'Remove a connection and its key; what was read stays',
    load: () => import('./disconnect.ts'),
  },
  doctor: {
    about: 'Try everything that a connection needs, without writing',
    load: () => import('./doctor.ts'),
  },
  openapi: { about: 'Print an API as an OpenAPI 3.1 document', load: () => import('./openapi.ts') },
  reference: {
    about: 'Print an API’s reference as Markdown, or write it as one HTML page',
    load: () => import('./reference.ts'),
  },
  tools: {
    about: 'Print an API’s operations as tools for a language model (MCP), as JSON',
    load: () => import('./tools.ts'),
  },
  simulate: {
    about: 'Run a month with faults in seconds, and score it against the truth',
    load: () => import('./simulate.ts'),
  },
  protections: {
    about: 'Take each protection away in turn, and show what breaks without it',
    load: () => import('./protections.ts'),
  },
  'dead-letters': {
    about: 'List what could not be handled; try one again',
    load: () => import('./dead-letters.ts'),
  },
  backup: { about: 'Write the database to one file, while the hub runs', load: () => import('./backup.ts') },
  restore: { about: 'Replace the database by a backup', load: () => import('./restore.ts') },
}
