import { type Contract, secretsOf } from './contract.ts'

/** Takes a connection's secrets out of texts that people or logs may see. */
export function redactor(
  contract: Contract,
  settings: Readonly<Record<string, string>>,
): (text: string) => string {
  const secrets = secretsOf(contract, settings).flatMap(spellings)
  return (text) => secrets.reduce((clean, secret) => clean.replace(secret, '•••'), text)
}

/** A key may come back trimmed, percent-encoded or as JSON writes it, in either case. */
function spellings(secret: string): RegExp[] {
  const word = secret.trim()
  if (word === '') return []
  const json = JSON.stringify(word).slice(1, -1)
  const all = new Set([
    secret,
    word,
    json,
    json.replaceAll('/', '\\/'),
    encodeURIComponent(word),
    encodeURI(word),
  ])
  return [...all].map((text) => new RegExp(text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'), 'gi'))
}
