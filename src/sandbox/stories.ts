import type { Severity } from '../domain/severity.ts'

/** What a managed detection service writes about, by detector. `{host}`, `{user}`, `{ip}` and `{hash}` are filled in. */
export interface Story {
  name: string
  severity: Severity
  steps: { detector: string; title: string; text: string; remediation: string }[]
}

export const stories: readonly [Story, ...Story[]] = [
  {
    name: 'malware',
    severity: 'high',
    steps: [
      {
        detector: 'Webroot Monitor',
        title: 'Webroot Detection - {host}',
        text: 'Webroot reported W32.Trojan.Gen in C:\\Users\\{user}\\Downloads\\invoice.exe.\r\nSHA256: {hash}',
        remediation:
          'Run a full scan of {host} and delete the file.\r\nReset the password of {user} if it was run.',
      },
      {
        detector: 'Defender Manager',
        title: 'Defender Detection - {host}',
        text: 'Windows Defender found Trojan:Win32/Wacatac.B!ml.\r\nSHA256: {hash}',
        remediation: 'Confirm that Defender removed the threat on {host}.',
      },
    ],
  },
  {
    name: 'command-and-control',
    severity: 'critical',
    steps: [
      {
        detector: 'Suspicious Network Services',
        title: 'Suspicious outbound connection - {host}',
        text: 'svchost.exe on the device opened a session to {ip}:4444.\r\nIP: {ip}',
        remediation: 'Isolate {host} from the network. Block {ip} at the firewall.',
      },
      {
        detector: 'VSA Threat Hunt',
        title: 'Encoded PowerShell - {host}',
        text: 'powershell.exe was started with an encoded command by {user}.\r\nUser: {user}',
        remediation: 'Review the script block log of {host}; remove the scheduled task it made.',
      },
      {
        detector: 'Defender Manager',
        title: 'Credential dumping attempt - {host}',
        text: 'A process read the memory of lsass.exe.\r\nUser: {user}',
        remediation: 'Reset the passwords of all who signed in to {host} in the last day.',
      },
    ],
  },
  {
    name: 'ransomware',
    severity: 'critical',
    steps: [
      {
        detector: 'Ransomware Detection',
        title: 'Ransomware Detection - {host}',
        text: 'More than 200 files were renamed in one minute, shadow copies were deleted.\r\nUser: {user}',
        remediation: 'Take {host} off the network now. Restore from the last clean backup.',
      },
    ],
  },
  {
    name: 'brute-force',
    severity: 'medium',
    steps: [
      {
        detector: 'Breach Detection',
        title: 'Brute force against remote desktop - {host}',
        text: '412 failed sign-ins from {ip} in ten minutes.\r\nIP: {ip}\r\nUser: {user}',
        remediation: 'Close port 3389 to the internet on the firewall in front of {host}.',
      },
    ],
  },
  {
    name: 'unwanted-tool',
    severity: 'low',
    steps: [
      {
        detector: 'Suspicious Tools',
        title: 'Remote access tool - {host}',
        text: 'AnyDesk was installed by {user} and is not on the allow list.\r\nUser: {user}',
        remediation: 'Ask {user} whether the tool is wanted; remove it from {host} when not.',
      },
    ],
  },
]
