import type { Switch } from '../../contract/contract.ts'

/** Everything that the contract document infers, or finds told in two ways. Only two endpoints are documented. */
export const switches: Record<string, Switch> = {
  offered: {
    about:
      'Which endpoints the tenant has: all, "documented" for those two, or parts of paths that it lacks, by comma',
    values: ['all'],
    free: true,
  },
  plan: {
    about: 'Whose rate limits are in force: the tenant’s own plan, or another',
    values: ['own', 'starter', 'professional', 'enterprise', 'none'],
  },
  burst: {
    about: 'How the ± of the burst is read: above the limit, or below it',
    values: ['upper', 'strict'],
  },
  criticality: { about: 'Whether analyses and response actions have smaller limits', values: ['off', 'on'] },
  retryAfter: {
    about: 'Whether a 429 says how long to wait, in seconds or as a date',
    values: ['on', 'off', 'date'],
  },
  rateHeaders: { about: 'Whether answers carry X-RateLimit headers', values: ['off', 'on'] },
  rowsKey: { about: 'Where a list’s rows stand', values: ['data', 'items', 'results'] },
  cursorPlace: {
    about: 'Where the next cursor stands',
    values: ['pagination.next_cursor', 'next_cursor', 'meta.next_cursor', 'cursor'],
  },
  cursorEnd: { about: 'How the last page says so', values: ['null', 'empty', 'absent'] },
  limitAbove: { about: 'A limit above 200: refused, or lowered', values: ['refuse', 'clamp'] },
  listForms: {
    about: 'What lists can be asked by: everything, created_at only, or nothing',
    values: ['all', 'created', 'none'],
  },
  listLagSeconds: {
    about: 'How long a changed row stays out of lists',
    values: ['0'],
    free: true,
    hostile: ['0', '60', '1800'],
  },
  statuses: {
    about: 'Whether 405, 413 and 415 are used, or only the six documented',
    values: ['all', 'six'],
  },
  foreignIds: { about: 'An id of another tenant: 403 or 404', values: ['403', '404'] },
  hashes: {
    about: 'A malformed hash in endpoint telemetry: a warning, or 400',
    values: ['lenient', 'strict'],
  },
  times: {
    about: 'How times are told: whole seconds, milliseconds, or with an offset',
    values: ['seconds', 'milliseconds', 'offset'],
  },
  nulls: { about: 'What has no value: null, or not there', values: ['explicit', 'absent'] },
  tenantIds: { about: 'Whether rows name their tenant', values: ['present', 'absent'] },
  changeTimes: { about: 'Whether rows say when they last changed', values: ['present', 'absent'] },
  parts: {
    about: 'Techniques, actions and indicators of an assessment: objects, or texts alone',
    values: ['objects', 'texts'],
    alters: true,
  },
  riskScale: { about: 'Risk scores from 0 to 100 or from 0 to 1', values: ['100', '1'] },
  words: { about: 'Enum values that nobody has published', values: ['known', 'unknown'], alters: true },
  extraFields: { about: 'Fields that nobody has published, on every row', values: ['off', 'on'] },
  health: { about: 'What the platform says of itself', values: ['operational', 'degraded', 'maintenance'] },
  suspended: { about: 'A tenant id that is suspended; 403 for all of its keys', values: [''], free: true },
  rotationGraceSeconds: { about: 'How long a key lives on after its rotation', values: ['0'], free: true },
  actionSeconds: {
    about: 'Seconds until a response action starts, and how long it runs',
    values: ['1,2'],
    free: true,
  },
  actionOutcome: { about: 'How response actions end', values: ['completed', 'failed'] },
  allowedTools: { about: 'Remote-access tools that the tenant allows, by comma', values: [''], free: true },
  failPath: { about: 'Part of a path that answers 500', values: [''], free: true },
}
