import type { FilePayload } from './payloads.ts'
import { type Lists, type Rule } from './sandbox-rule.ts'
import { usableHashes } from './sandbox-rules-telemetry.ts'

/** Rules on a file by its hash and name. */

const documents = 'pdf|docx?|xlsx?|pptx?|rtf|txt|csv|jpe?g|png'
const programs = 'exe|scr|com|bat|cmd|js|vbs|ps1|msi|hta'
const doubled = new RegExp(`\\.(?:${documents})\\.(?:${programs})$`, 'i')

export const fileRules: readonly Rule<FilePayload>[] = [
  {
    name: 'bad-hash',
    weight: 75,
    techniques: ['T1204.002'],
    actions: ['quarantine_file'],
    reason: 'the file is known to be malicious',
    find(payload, { badHashes }) {
      const hash = usableHashes(payload).find((one) => badHashes.has(one))
      return hash === undefined ? undefined : { hash, verdict: 'malicious' }
    },
  },
  {
    name: 'dbl-ext',
    weight: 25,
    techniques: ['T1036.007'],
    actions: ['quarantine_file'],
    reason: 'a program is dressed as a document',
    find: (payload) =>
      doubled.test(payload.file_name ?? '') ? { hash: usableHashes(payload)[0] } : undefined,
  },
]

/** A file that is known to be good is good, whatever else is odd about it. */
export function knownGood(payload: FilePayload, { goodHashes }: Lists): string | undefined {
  return usableHashes(payload).find((hash) => goodHashes.has(hash))
}
