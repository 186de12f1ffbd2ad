import type { Story } from './story.ts'

export const commandAndControl: Story = {
  name: 'command-and-control',
  weight: 10,
  severity: 'critical',
  least: 2,
  steps: [
    {
      after: [0, 0],
      activity: 'beacon',
      soc: {
        detector: 'Suspicious Network Services',
        title: 'Suspicious outbound connection - {host}',
        text: 'svchost.exe on the device opened a session to {ip}:4444.\r\nIP: {ip}\r\nUser: {account}',
        remediation: 'Isolate {host} from the network. Block {ip} at the firewall.',
      },
      siem: {
        detector: 'Network Connection to Rare Destination',
        title: 'Network Connection to Rare Destination - {fqdn}',
        text: 'svchost.exe talks to {ip} on port 4444 every 60 seconds.',
      },
      endpoint: {
        detector: 'endpoint',
        title: 'Outbound session',
        text: 'svchost.exe to {ip}:4444',
      },
    },
    {
      after: [5, 40],
      activity: 'shell',
      soc: {
        detector: 'VSA Threat Hunt',
        title: 'Encoded PowerShell - {host}',
        text: 'powershell.exe was started with an encoded command.\r\nUser: {account}\r\nIP: {ip}',
        remediation: 'Review the script block log of {host}; remove the scheduled task it made.',
      },
      siem: {
        detector: 'Attacker Technique - Encoded PowerShell',
        title: 'Attacker Technique - Encoded PowerShell - {fqdn}',
        text: 'powershell.exe -enc, and then a session to {ip}.',
      },
      endpoint: {
        detector: 'endpoint',
        title: 'Encoded PowerShell',
        text: 'powershell.exe -enc, {ip}',
      },
    },
    {
      after: [30, 120],
      on: 'next',
      activity: 'beacon',
      soc: {
        detector: 'Suspicious Network Services',
        title: 'Suspicious outbound connection - {host}',
        text: 'rundll32.exe on the device opened a session to {ip}:4444.\r\nIP: {ip}\r\nUser: {account}',
        remediation: 'Isolate {host} from the network. Block {ip} at the firewall.',
      },
      endpoint: {
        detector: 'endpoint',
        title: 'Outbound session',
        text: 'rundll32.exe to {ip}:4444',
      },
    },
  ],
}
