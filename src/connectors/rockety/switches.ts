import type { Switch } from '../../contract/contract.ts'

/** Nearly nothing is published: each plausible answer is here, the first one is what we expect. */
export const switches: Record<string, Switch> = {
  envelope: {
    about: 'How lists say their total, pages and current page; bare lists come whole.',
    values: ['meta', 'laravel', 'flat', 'nested', 'named', 'bare'],
  },
  counts: { about: 'Figures of the metadata: numbers, or texts of them.', values: ['numbers', 'texts'] },
  pageSize: {
    about: 'Rows a page, 1 to 100.',
    values: ['25', '7', '100'],
    free: true,
    hostile: ['25', '100'],
  },
  order: {
    about: 'Order of lists: by id, the newest or the last changed first.',
    values: ['id', 'newest', 'changed'],
  },
  ids: { about: 'Ids and references: numbers, or texts.', values: ['numbers', 'texts'] },
  times: {
    about: 'How times are told: whole seconds, milliseconds, or with an offset.',
    values: ['seconds', 'milliseconds', 'offset'],
  },
  nulls: { about: 'What has no value: null, or not there.', values: ['explicit', 'absent'] },
  changeTimes: { about: 'Whether rows say when they last changed.', values: ['present', 'absent'] },
  page: {
    about: 'Whether `page` is followed; what stands beyond the first page cannot be read where it is not.',
    values: ['followed', 'ignored'],
    hostile: ['followed'],
  },
  filters: {
    about: 'Whether filters of lists work, are ignored, or refused with 400.',
    values: ['known', 'ignored', 'refused'],
  },
  single: { about: 'Where a single object stands.', values: ['data', 'root', 'key'] },
  'framework-codes': {
    about: 'The codes of a web framework: 204 for deletes, 422 for validation.',
    values: ['off', 'on'],
  },
  errorBody: {
    about: 'The body of a refusal; also `empty`.',
    values: ['message', 'error-object', 'error-text', 'errors-objects', 'errors-texts', 'errors-map', 'html'],
    free: true,
  },
  wrongMethod: { about: 'What PATCH is answered with.', values: ['405', '404'] },
  put: {
    about: 'Whether PUT keeps what the body leaves out, or clears it.',
    values: ['merge', 'replace'],
  },
  taskShape: {
    about: 'Field names of tasks: name and assignee_ids; title, assignees[] and Completed; or assignee_id.',
    values: ['plain', 'objects', 'single'],
  },
  userNames: { about: 'Users have a name, or a first and a last name.', values: ['name', 'parts'] },
  organisation: {
    about: 'Whether rows name their organisation, and in which spelling.',
    values: ['absent', 'organisation_id', 'organization_id'],
  },
  listDescriptions: { about: 'Whether lists hold descriptions.', values: ['full', 'absent'] },
  listLagSeconds: { about: 'How long something new stays out of lists.', values: ['0'], free: true },
  missing: {
    about: 'Resources that the account does not have (404): users, tasks, clients, separated by commas.',
    values: [''],
    free: true,
  },
  forbidden: {
    about: 'Resources that the token may not touch (401): users, tasks, clients, separated by commas.',
    values: [''],
    free: true,
  },
  forbiddenStatus: {
    about: 'The status of a missing permission: that of a bad token, as published, or 403.',
    values: ['401', '403'],
  },
  loginPage: {
    about: 'The web application answers instead: `on`, by `redirect`, or `without-accept` of JSON.',
    values: ['off'],
    free: true,
  },
  rateLimit: {
    about: 'Requests a minute for one token, then 429 with Retry-After; 0 for no limit.',
    values: ['0'],
    free: true,
  },
}
