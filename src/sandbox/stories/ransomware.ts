import type { Story } from './story.ts'

export const ransomware: Story = {
  name: 'ransomware',
  weight: 6,
  severity: 'critical',
  least: 3,
  steps: [
    {
      after: [0, 0],
      severity: 'high',
      activity: 'shell',
      soc: {
        detector: 'VSA Threat Hunt',
        title: 'Encoded PowerShell - {host}',
        text: 'winword.exe started powershell.exe with an encoded command.\r\nUser: {account}\r\nIP: {ip}',
        remediation: 'Review the script block log of {host}; remove the scheduled task it made.',
      },
      siem: {
        detector: 'Attacker Technique - PowerShell Download Cradle',
        title: 'Attacker Technique - PowerShell Download Cradle - {fqdn}',
        text: 'powershell.exe fetched and ran a script from {ip}.',
      },
      endpoint: {
        detector: 'endpoint',
        title: 'Office child process',
        text: 'powershell.exe under winword.exe, {ip}',
      },
    },
    {
      after: [20, 50],
      on: 'next',
      severity: 'high',
      activity: 'dump',
      soc: {
        detector: 'Breach Detection',
        title: 'Lateral movement by PsExec - {host}',
        text: 'PSEXESVC was installed from another device of the network.\r\nUser: {account}\r\nSHA256: {hash}',
        remediation: 'Disable {account}. Isolate {host}.',
      },
      endpoint: {
        detector: 'endpoint',
        title: 'Credential dumping',
        text: 'memory of lsass.exe was read, {hash}',
      },
    },
    {
      after: [5, 40],
      activity: 'encrypt',
      soc: {
        detector: 'Ransomware Detection',
        title: 'Ransomware Detection - {host}',
        text: 'More than 200 files were renamed in one minute, shadow copies were deleted.\r\nUser: {account}\r\nSHA256: {hash}',
        remediation: 'Take {host} off the network now. Restore from the last clean backup.',
      },
      siem: {
        detector: 'Ransomware - Shadow Copy Deletion',
        title: 'Ransomware - Shadow Copy Deletion - {fqdn}',
        text: 'vssadmin.exe delete shadows /all, file {hash}',
      },
      endpoint: {
        detector: 'endpoint',
        title: 'Mass file encryption',
        text: 'files were renamed, shadow copies deleted, {hash}',
      },
    },
    {
      after: [2, 15],
      on: 'next',
      activity: 'encrypt',
      soc: {
        detector: 'Ransomware Detection',
        title: 'Ransomware Detection - {host}',
        text: 'More than 200 files were renamed in one minute.\r\nUser: {account}\r\nSHA256: {hash}',
        remediation: 'Take {host} off the network now. Restore from the last clean backup.',
      },
      siem: {
        detector: 'Ransomware - Ransom Note Written',
        title: 'Ransomware - Ransom Note Written - {fqdn}',
        text: 'HOW_TO_DECRYPT.txt in 41 folders, written by {hash}',
      },
    },
  ],
}
