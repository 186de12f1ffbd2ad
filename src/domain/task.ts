import { idOf, markerOf } from './id.ts'
import type { Severity } from './severity.ts'

/** One recommended action of a Case, as a task on a board. */
export interface Task {
  id: string
  caseId: string
  tenantId: string
  /** The board; null while no board knows the tenant. */
  connectionId: string | null
  /** Stands in the task's description. */
  marker: string
  /** What is to be done, in the vendor's words, on one line. */
  action: string
  severity: Severity
  /** Whether its making was decided. */
  asked: boolean
  /** The board's id of it; null until it was made. */
  vendorId: string | null
  done: boolean
  /** Who did it at the board; null while it is open, or when its case's end did it. */
  closedBy: string | null
  closedAt: number | null
  /** Whether it was done when both sides last agreed. */
  agreed: boolean
  /** When the board last changed it, by the board's clock; null until that was seen. */
  seenAt: number | null
  /** The board's own word for its state. */
  word: string | null
  /** Somebody deleted it at the board. */
  gone: boolean
  createdAt: number
}

/** The one project of a tenant on a board. */
export interface Project {
  connectionId: string
  tenantId: string
  marker: string
  vendorId: string | null
  createdAt: number
}

/** A task as a board reports it: what a Record of its tasks feed tells. */
export type TaskReport = { vendorId: string; gone: true } | StandingTask

export interface StandingTask {
  vendorId: string
  gone?: never
  done: boolean
  /** The board's own word. */
  word: string
  /** Who works on it, where the board names them. */
  who: string | null
  /** The board's clock, epoch ms; null when it does not say. */
  updatedAt: number | null
}

/** More than a page of advice is prose, not a list of things to do. */
const most = 20

/** The recommended actions in a vendor's text: one a line or bullet, without headings and what asks for nothing, each once. */
export function actionsOf(text: string | undefined): string[] {
  const lines = (text ?? '').split(/[\n\r\u2022]+/).map(bare)
  const actions = lines.filter((line) => line !== '' && !line.endsWith(':') && !asksNothing(line))
  const once = new Map<string, string>()
  // The first wording stays.
  for (const line of actions) if (!once.has(keyOf(line))) once.set(keyOf(line), line)
  return [...once.values()].slice(0, most)
}

/** "None", "No further action is required", "Nothing to do": said where there would be something to do. */
function asksNothing(line: string): boolean {
  return /^(?:none\b|n\/?a\b|nothing\b|no (?:further |additional |immediate )?(?:action|remediation|step)s?(?: (?:is|are|was|were))?(?: (?:needed|required|necessary)\b|\W*$))/i.test(
    line,
  )
}

/** The same action of the same case is the same task, whoever recommends it. */
export function taskIdOf(caseId: string, action: string): string {
  return idOf('tsk', caseId, keyOf(action))
}

export function taskMarkerOf(taskId: string): string {
  return markerOf(taskId)
}

export function projectMarkerOf(tenantId: string): string {
  return markerOf(idOf('prj', tenantId))
}

function bare(line: string): string {
  const words = line.replace(/[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069\s]+/gu, ' ').trim()
  return words.replace(/^(?:[-*\u2013\u00b7]|\d{1,2}[.)])\s+/, '').trim()
}

function keyOf(action: string): string {
  return action.toLowerCase().replace(/[\s.;,!]+$/, '')
}
