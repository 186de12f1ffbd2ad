import { restamped, without, withoutNulls } from '../shapes.ts'
import type { Row } from './values.ts'

/** What the switches do to a row on its way out. Rows are kept as the contract document has them. */
export function printed(row: Row, switches: Record<string, string>): Row {
  const { times, nulls, tenantIds, changeTimes } = switches
  const left = [
    ...(tenantIds === 'absent' ? ['tenant_id'] : []),
    ...(changeTimes === 'absent' ? ['updated_at'] : []),
  ]
  const shown = left.length === 0 ? worded(row, switches) : without(worded(row, switches), left)
  const dated = times === 'milliseconds' || times === 'offset' ? restamped(shown, times) : shown
  return nulls === 'absent' ? withoutNulls(dated as Row) : (dated as Row) // what was an object is one
}

function worded(row: Row, switches: Record<string, string>): Row {
  const { risk_score: risk } = row
  return {
    ...row,
    ...(switches['parts'] === 'texts' && plainParts(row)),
    ...(switches['riskScale'] === '1' && typeof risk === 'number' && { risk_score: risk / 100 }),
    ...(switches['words'] === 'unknown' && unknownWords(row)),
    ...(switches['extraFields'] === 'on' && { something_new: { nested: true } }),
  }
}

/** Techniques by id, actions and indicators by a word. */
function plainParts(row: Row): Row {
  const lists = { mitre_attack: 'technique_id', recommended_actions: 'action', indicators: 'value' }
  const plain = Object.entries(lists).flatMap(([name, key]) => {
    const items = row[name]
    return Array.isArray(items) ? [[name, items.map((item: Row) => item[key])] as const] : []
  })
  return Object.fromEntries(plain)
}

function unknownWords(row: Row): Row {
  const words = ['status', 'severity', 'classification'].filter((name) => typeof row[name] === 'string')
  return Object.fromEntries(words.map((name) => [name, 'unheard_of']))
}
