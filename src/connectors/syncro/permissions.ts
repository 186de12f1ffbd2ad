/**
 * The 21 permissions that RocketCyber's own guide asks for (SEED3, "How to get all credentials needed to create a
 * Syncro API integration with RocketCyber"), in its order. Watchfloor asks for the same.
 */
export const integrationPermissions = [
  'Assets - View Details',
  'Assets - List/Search',
  'Contacts - Import',
  'Customers - List/Search',
  'Customers - View Detail',
  'Tickets - List/Search',
  'Tickets - View Details',
  'Tickets - Create',
  'Tickets - Edit',
  'Tickets - Delete',
  'Tickets - Merge',
  'Ticket Comments - New',
  'Ticket Comments - Delete',
  'Ticket Workflows - Manage',
  'Ticket Worksheets - Add',
  'Ticket Worksheets - Manage',
  'Ticket Worksheets - Delete',
  'RMM Alerts - List',
  'RMM Alerts - Create',
  'RMM Alerts - Delete',
  'RMM Alerts - Clear/Manage',
] as const

/** Further names that guard operations; the 21 do not hold them. */
export const furtherPermissions = [
  'Customers - Create',
  'Customers - Edit',
  'Customers - Delete',
  'Assets - Create',
  'Assets - Edit',
  'Ticket Timers - Overview',
  'Ticket Timers - Edit',
  'Ticket Canned Responses - Manage',
  "Tickets - View 'Their Ticket' Details",
] as const

export type Permission = (typeof integrationPermissions)[number] | (typeof furtherPermissions)[number]

/** Spelling checked by the compiler. */
export function needs(...names: Permission[]): readonly Permission[] {
  return names
}
