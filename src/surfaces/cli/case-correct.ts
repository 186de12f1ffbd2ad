import { findCase } from '../../api/handlers/cases.ts'
import { idOf } from '../../domain/id.ts'
import { alone } from '../../pipeline/alone.ts'
import {
  type By,
  type Corrected,
  CorrectionError,
  mergeCases,
  moveFinding,
  nameOf,
  splitCase,
  undoCorrection,
} from '../../pipeline/corrections.ts'
import { tellCorrection } from '../../pipeline/tell-correction.ts'
import type { Db } from '../../store/store.ts'
import { withHub } from './hub.ts'
import { openLog } from './log.ts'
import { outboxSteps } from './outbox-steps.ts'
import { printJson } from './output.ts'
import { CliError, type Program } from './program.ts'
import { runSteps } from './steps.ts'

export interface Words {
  verb: string
  first: string | undefined
  second: string | undefined
  why: string
  json: boolean
}

type Correct = (tx: Db, first: string, second: string, by: By) => Promise<Corrected>

const verbs: Record<string, { usage: string; words: 1 | 2; run: Correct }> = {
  merge: {
    usage: 'case merge <case> <case>',
    words: 2,
    run: async (tx, a, b, by) => mergeCases(tx, await caseIdOf(tx, a), await caseIdOf(tx, b), by),
  },
  split: {
    usage: 'case split <case> <finding,finding,…>',
    words: 2,
    run: async (tx, own, findings, by) =>
      splitCase(tx, await caseIdOf(tx, own), findings.split(',').map(findingIdOf), by),
  },
  move: {
    usage: 'case move <finding> <case>',
    words: 2,
    run: async (tx, finding, own, by) => moveFinding(tx, findingIdOf(finding), await caseIdOf(tx, own), by),
  },
  undo: {
    usage: 'case undo <case>',
    words: 1,
    run: async (tx, own, _, by) => undoCorrection(tx, await caseIdOf(tx, own), by),
  },
}

export const correctionVerbs = Object.keys(verbs)
export const correctionUsages = Object.values(verbs).map((one) => one.usage)

/** A person's correction, and what follows from it for the tickets, in one transaction; then it is delivered. */
export async function correctCase(program: Program, words: Words): Promise<void> {
  const { verb, first, second, why, json } = words
  const own = verbs[verb]
  if (own === undefined || first === undefined || (own.words === 2 && second === undefined))
    throw new CliError(`usage: ${own?.usage ?? correctionUsages.join(', ')}`)
  await withHub(program, await openLog(program), async (hub) => {
    const done = await alone(hub, async (tx, now) => {
      const by = { who: program.user, why, now }
      const corrected = await own.run(tx, first, second ?? '', by)
      await tellCorrection(tx, hub, corrected, by)
      return corrected
    }).catch((error: unknown) => {
      throw error instanceof CorrectionError ? new CliError(error.message) : error
    })
    if (json) printJson(program, answerOf(done))
    else program.terminal.out(`${describe(done)}\n`)
    await runSteps(program, json, outboxSteps(hub))
  })
}

function answerOf({ correction, into, from }: Corrected) {
  const { id, kind, moves, undoes } = correction
  return {
    correction: id,
    kind,
    case: into.id,
    other: from.id,
    findings: moves.map((one) => one.findingId),
    undoes,
  }
}

function describe({ correction, moved, into, from }: Corrected): string {
  const what = moved.length === 1 ? '1 finding' : `${moved.length} findings`
  const left = from.findingCount === 0 ? 'which is empty now' : `which has ${from.findingCount} left`
  const undo = correction.kind === 'undo' ? '' : `\nTo take it back: watchfloor case undo ${nameOf(into.id)}`
  return `${what} went to ${nameOf(into.id)} from ${nameOf(from.id)}, ${left}.${undo}`
}

async function caseIdOf(tx: Db, reference: string): Promise<string> {
  const own = await findCase(tx, reference)
  if (own === undefined) throw new CliError(`no case ${reference}: "watchfloor cases" lists them`)
  return own.id
}

/** By id, or as the case's table names it: `connection/feed/vendor's id`. */
function findingIdOf(text: string): string {
  const [, connection, feed, vendorId] = /^([^/]+)\/([^/]+)\/(.+)$/.exec(text.trim()) ?? []
  return connection === undefined || feed === undefined || vendorId === undefined
    ? text.trim()
    : idOf('fnd', connection, feed, vendorId)
}
