import type { Case } from '../domain/case.ts'
import type { StoredFinding } from '../store/findings.ts'
import { noteMarkerOf } from '../domain/ticket.ts'
import { findingsOfCases } from '../store/findings.ts'
import type { Policies } from '../store/policies.ts'
import type { Db } from '../store/store.ts'
import { ChangeList } from './change-list.ts'
import type { Hub } from './hub.ts'
import { decideAlerts } from './tickets.ts'

/** A case that a person's word at the ticket has turned. */
export interface Turn {
  case: Case
  was: Case
  who: string
  reason: string
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
  const closing = real.filter(
    ({ case: own }) => own.status === 'resolved' && policies.of(own.tenantId).writeBack,
  )
  if (closing.length > 0) await writeBack(tx, hub, closing, now)
}

/** Every finding that its vendor still has open, where the vendor can be told and the connection lets us. */
async function writeBack(tx: Db, hub: Hub, closing: readonly Turn[], now: number): Promise<void> {
  const able = new Set(
    hub.live
      .filter(({ connection, connector }) => connector.origin?.allowed(connection.settings) === true)
      .map((live) => live.connection.id),
  )
  if (able.size === 0) return
  const ids = closing.map((turn) => turn.case.id)
  const findings = await findingsOfCases(tx, ids)
  const changes = await ChangeList.open(tx, ids, now)
  for (const { case: own, who, reason } of closing) {
    const open = findings.filter((one) => one.caseId === own.id && one.open && able.has(one.connectionId))
    for (const finding of open) addWriteBack(changes, own.id, finding, `${reason}\n\n${who}, at the ticket`)
  }
  await changes.put()
}

function addWriteBack(changes: ChangeList, caseId: string, finding: StoredFinding, told: string): void {
  const { connectionId, feed, vendorId, customerId } = finding
  changes.add(caseId, connectionId, 'write-back', (id) => ({
    kind: 'write-back',
    subject: `Close ${feed} ${vendorId}`,
    feed,
    findingId: vendorId,
    customerId,
    status: 'resolved',
    comment: `${told.slice(0, 4000)}\n${noteMarkerOf(id)}`,
  }))
}
