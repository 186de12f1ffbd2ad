import type { Row, Store } from './sandbox-store.ts'

/** The single ticket: the row without the list's own columns, with everything that hangs on it. */
export function detail(store: Store, row: Row): Record<string, unknown> {
  const more = store.more.get(row.id)
  const parts = (table: Store['timers']): Row[] => table.oldest((part) => part['ticket_id'] === row.id)
  const assetIds = more?.assetIds ?? []
  return {
    ...Object.fromEntries(detailColumns.map((name) => [name, row[name]])),
    intake_form_html: null,
    signature_name: more?.signatureName ?? null,
    signature_date: null,
    asset_ids: assetIds,
    outtake_form_name: more?.outtakeFormName ?? null,
    outtake_form_date: more?.outtakeFormDate ?? null,
    outtake_form_html: null,
    comments: (store.talk.get(row.id) ?? []).toReversed(),
    attachments: parts(store.attachments),
    ticket_timers: parts(store.timers),
    line_items: parts(store.lineItems),
    worksheet_results: parts(store.worksheets),
    assets: assetIds.map((id) => store.assets.get(id)).filter((asset) => asset !== undefined),
    appointments: [],
    ticket_fields: ticketType.ticket_fields,
    ticket_answers: ticketType.ticket_fields.flatMap((field) => field.answers),
    customer: store.customers.get(row['customer_id']) ?? null,
    contact: store.contacts.get(row['contact_id']) ?? null,
    user: row['user'],
    ticket_type: ticketType,
    address: null,
    mentionables: [],
  }
}

const typed = {
  account_id: 1,
  created_at: '2019-11-04T14:55:01.722Z',
  updated_at: '2019-11-04T14:55:01.722Z',
}
const fieldOf = { ...typed, required: null, ticket_type_id: 1, hidden: false, position: null }

/** The account's one ticket type, with two custom fields. */
const ticketType = {
  id: 1,
  name: 'Devices',
  ...typed,
  disabled: false,
  intake_terms: null,
  skip_intake: false,
  outtake_terms: null,
  skip_outtake: false,
  ticket_fields: [
    { id: 2, name: 'Maker', field_type: 'text_field', ...fieldOf, answers: [] },
    {
      id: 1,
      name: 'Device Type',
      field_type: 'select_box',
      ...fieldOf,
      answers: [{ ...typed, id: 1, ticket_field_id: 1, content: 'Hard Drive', account_id: null }],
    },
  ],
}

const detailColumns = [
  'id',
  'number',
  'subject',
  'created_at',
  'updated_at',
  'customer_id',
  'customer_business_then_name',
  'due_date',
  'start_at',
  'end_at',
  'location_id',
  'problem_type',
  'status',
  'properties',
  'user_id',
  'pdf_url',
  'priority',
  'resolved_at',
  'tag_list',
] as const
