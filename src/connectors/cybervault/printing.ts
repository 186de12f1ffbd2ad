import type { Row } from './values.ts'

/** What the switches do to a row on its way out. Rows are kept as the contract document has them. */
export function printed(row: Row, switches: Record<string, string>): Row {
  const { risk_score: risk } = row
  return {
    ...row,
    ...(switches['riskScale'] === '1' && typeof risk === 'number' && { risk_score: risk / 100 }),
    ...(switches['words'] === 'unknown' && unknownWords(row)),
    ...(switches['extraFields'] === 'on' && { something_new: { nested: true } }),
  }
}

function unknownWords(row: Row): Row {
  const words = ['status', 'severity', 'classification'].filter((name) => typeof row[name] === 'string')
  return Object.fromEntries(words.map((name) => [name, 'unheard_of']))
}
