import { referenceOf } from '../connectors/sandbox-vendor.ts'
import { isIndicator } from '../domain/entity.ts'
import type { Case } from '../domain/case.ts'
import type { DetectionFinding } from '../domain/event.ts'
import type { Finding } from '../domain/finding.ts'
import { markerOf } from '../domain/id.ts'

/** What a ticket says. Plain text: markdown is shown literally, and HTML from a vendor must stay text. */

const maxSubject = 200
const maxPart = 6000

export function subjectOf(own: Case, marker: string): string {
  const severity = own.severity === 'unknown' ? '' : `${capital(own.severity)}: `
  return shorten(`${marker} ${severity}${oneLine(own.title)}`, maxSubject)
}

/** With a case, its marker stands in the text too: a merge at the vendor leaves nothing of a subject. */
export function bodyOf(finding: Finding, vendor: string, caseId?: string): string {
  const own = caseId === undefined ? [] : [`Case: ${markerOf(caseId)}`]
  const source = referenceOf(vendor, finding.feed, finding.vendorId)
  return [oneLine(finding.title), factsOf(finding), ...own, source].join('\n\n')
}

export function followUpBody(number: string, told: string): string {
  return `Follow-up of ticket #${number}, which was resolved.\n\n${told}`
}

export function joinedBody(finding: Finding, reason: string, vendor: string): string {
  return `A further alert belongs to this case (${reason}).\n\n${bodyOf(finding, vendor)}`
}

export function remainderBody(caseId: string): string {
  return `The ticket of this case was deleted. What it could not tell any more follows here.\n\nCase: ${markerOf(caseId)}`
}

/** The vendor's own words, to follow a body. */
export function proseOf({ finding_info, remediation }: DetectionFinding): string {
  return part('What happened', finding_info.desc) + part('What to do', remediation?.desc)
}

export function turnedBody(finding: Finding, vendor: string): string {
  const what = finding.open ? 'has been reopened' : 'has been resolved'
  return `"${oneLine(finding.title)}" ${what} at ${vendor} (${finding.feed} ${finding.vendorId}).`
}

function factsOf(finding: Finding): string {
  const facts = [`Severity: ${finding.severity}`, `Time: ${new Date(finding.time).toISOString()}`]
  const names = { host: 'Device', user: 'User', address: 'Address', hash: 'Hash', domain: 'Domain' }
  for (const { kind, value } of finding.entities.filter(isIndicator).slice(0, 12))
    facts.push(`${names[kind]}: ${oneLine(value)}`)
  return facts.join('\n')
}

function part(title: string, text: string | undefined): string {
  const clean = cleanText(text ?? '').trim()
  return clean === '' ? '' : `\n\n${title}\n${shorten(clean, maxPart)}`
}

/** Without control characters and the marks that turn the reading direction; line ends are kept. */
function cleanText(text: string): string {
  return text
    .replace(/\r\n?/g, '\n')
    .replace(/[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, (mark) =>
      mark === '\n' || mark === '\t' ? mark : '',
    )
}

/** Nearly all titles and values: nothing in them needs cleaning. */
const plain = /^[!-~]+(?: [!-~]+)*$/

function oneLine(text: string): string {
  return plain.test(text) ? text : cleanText(text).replace(/\s+/g, ' ').trim()
}

function shorten(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 1)}…`
}

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1)
}
