import { commandAndControl } from './command-and-control.ts'
import { credentialTheft } from './credential-theft.ts'
import { falseAlarm } from './false-alarm.ts'
import { insider } from './insider.ts'
import { mailCompromise } from './mail-compromise.ts'
import { malware } from './malware.ts'
import { miner } from './miner.ts'
import { managementNoise, scannerNoise, singleNoise } from './noise.ts'
import { ransomware } from './ransomware.ts'
import type { Story } from './story.ts'

/** What can happen to a customer. */
export const stories: readonly Story[] = [
  ransomware,
  mailCompromise,
  commandAndControl,
  miner,
  credentialTheft,
  insider,
  malware,
  falseAlarm,
  managementNoise,
  scannerNoise,
  singleNoise,
]
