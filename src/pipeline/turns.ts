import type { Case, CaseComment, CaseDecision } from '../domain/case.ts'
import { idOf } from '../domain/id.ts'
import type { Policy } from '../domain/policy.ts'
import { noteMarkerOf } from '../domain/ticket.ts'
import { putComments } from '../store/case-comments.ts'
import { putDecision } from '../store/case-decisions.ts'
import { putCases } from '../store/cases.ts'
import { type StoredFinding, findingsOfCases } from '../store/findings.ts'
import type { Policies } from '../store/policies.ts'
import type { Db } from '../store/store.ts'
import { ChangeList } from './change-list.ts'
import type { Hub } from './hub.ts'
import { followCases } from './tasks.ts'
import { decideAlerts } from './tickets.ts'
import { disinherited } from './used-again.ts'

/** A case that a person's word at the ticket has turned. */
export interface Turn {
  case: Case
  was: Case
  who: string
  reason: string
}

/** The cases follow, where their customers' policies let them. */
export async function turnCases(
  tx: Db,
  cases: readonly Case[],
  word: Omit<CaseDecision, 'caseId'>,
  policies: Policies,
): Promise<Turn[]> {
  const { status, who, reason, at } = word
  const turns: Turn[] = []
  for (const own of cases) {
    if (status === 'resolved' && policies.of(own.tenantId).onTicketResolve === 'keep') continue
    await putDecision(tx, { caseId: own.id, status, who, reason, at })
    turns.push({ case: { ...own, status, updatedAt: at }, was: own, who, reason })
  }
  await putCases(
    tx,
    turns.map((turn) => turn.case),
  )
  return turns
}

/** What follows from it elsewhere: alerts are cleared or raised, and the findings' own vendors are told. */
export async function decideTurns(
  tx: Db,
  hub: Hub,
  turns: readonly Turn[],
  policies: Policies,
  now: number,
): Promise<void> {
  const real = turns.filter((turn) => turn.was.status !== turn.case.status)
  const cases = real.map((turn) => turn.case)
  await decideAlerts(tx, hub, cases, policies, now)
  await followCases(tx, hub, cases, now)
  const closing = real.filter(
    ({ case: own }) => own.status === 'resolved' && policies.of(own.tenantId).writeBack,
  )
  if (closing.length > 0) await writeBack(tx, hub, closing, policies, now)
}

/** Every finding that its vendor still has open, where the vendor can be told; of the others the case says so. */
async function writeBack(
  tx: Db,
  hub: Hub,
  closing: readonly Turn[],
  policies: Policies,
  now: number,
): Promise<void> {
  const ids = closing.map((turn) => turn.case.id)
  const open = (await findingsOfCases(tx, ids)).filter((one) => one.open)
  if (open.length === 0) return
  const lost = await disinherited(tx, open)
  const changes = await ChangeList.open(tx, ids, now)
  const left: CaseComment[] = []
  for (const { case: own, who, reason } of closing) {
    const { disposition } = policies.of(own.tenantId)
    const mine = open.filter((one) => one.caseId === own.id)
    for (const findings of Map.groupBy(mine, (one) => `${one.connectionId}/${one.feed}`).values()) {
      const why = whyNot(hub, findings)
      if (why !== undefined) left.push(byHand(own.id, findings, why, now))
      const tellable = why === undefined ? findings.filter((one) => !lost.has(one.id)) : []
      for (const one of tellable) addWriteBack(changes, own.id, one, told({ who, reason }), disposition)
    }
  }
  await putComments(tx, left)
  await changes.put()
}

function told({ who, reason }: Pick<Turn, 'who' | 'reason'>): string {
  return `${reason}\n\n${who}, at the ticket`
}

/** Undefined when the vendor can be told. All are of one feed. */
function whyNot(hub: Hub, [first]: readonly StoredFinding[]): string | undefined {
  const live = hub.live.find((one) => one.connection.id === first?.connectionId)
  if (live === undefined || first === undefined) return 'the connection is not there any more'
  const { origin, contract } = live.connector
  if (origin === undefined) return `${contract.title} is read-only over its interface`
  if (!origin.feeds.includes(first.feed)) return `${contract.title} takes no word on its ${first.feed}`
  if (origin.allowed(live.connection.settings)) return undefined
  return `connection ${first.connectionId} may not write (its setting writeBack is off)`
}

function byHand(caseId: string, findings: readonly StoredFinding[], why: string, now: number): CaseComment {
  const [first] = findings
  const connectionId = first?.connectionId ?? ''
  const names = findings.map((one) => `${one.feed} ${one.vendorId}`).join(', ')
  const body = `Still open at ${connectionId}: ${names}. Close it there by hand: ${why}.`
  const id = idOf('cmt', caseId, connectionId, first?.feed ?? '', 'by hand', now)
  const news = { source: 'news' as const, connectionId, vendorId: null, author: 'Watchfloor', body }
  return { id, caseId, ...news, at: now }
}

function addWriteBack(
  changes: ChangeList,
  caseId: string,
  finding: StoredFinding,
  words: string,
  disposition: Policy['disposition'],
): void {
  const { connectionId, feed, vendorId, customerId } = finding
  changes.add(caseId, connectionId, 'write-back', (id) => ({
    kind: 'write-back',
    subject: `Close ${feed} ${vendorId}`,
    feed,
    findingId: vendorId,
    customerId,
    ...(disposition !== 'leave' && { disposition }),
    comment: `${words.slice(0, 4000)}\n${noteMarkerOf(id)}`,
    marker: noteMarkerOf(id),
  }))
}
