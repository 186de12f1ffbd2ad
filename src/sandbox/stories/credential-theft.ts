import type { Story } from './story.ts'

export const credentialTheft: Story = {
  name: 'credential-theft',
  weight: 10,
  severity: 'high',
  least: 2,
  steps: [
    {
      after: [0, 0],
      severity: 'medium',
      activity: 'guess',
      soc: {
        detector: 'Breach Detection',
        title: 'Brute force against remote desktop - {host}',
        text: '412 failed sign-ins from {ip} in ten minutes.\r\nIP: {ip}\r\nUser: {account}\r\nComputer: {dc}',
        remediation: 'Close port 3389 to the internet on the firewall in front of {host}.',
      },
      siem: {
        detector: 'Account Authenticated After Brute Force',
        title: 'Account Authenticated After Brute Force - {fqdn}',
        text: '{mail} signed in from {ip} after 412 failures.',
      },
      endpoint: {
        detector: 'endpoint',
        title: 'Brute force',
        text: 'failed sign-ins from {ip}',
      },
    },
    {
      after: [5, 45],
      activity: 'dump',
      soc: {
        detector: 'Defender Manager',
        title: 'Credential dumping attempt - {host}',
        text: 'A process read the memory of lsass.exe.\r\nUser: {account}\r\nSHA256: {hash}',
        remediation: 'Reset the passwords of all who signed in to {host} in the last day.',
      },
      siem: {
        detector: 'Credential Access - LSASS Memory Read',
        title: 'Credential Access - LSASS Memory Read - {fqdn}',
        text: 'comsvcs.dll, MiniDump, file {hash}',
      },
      endpoint: {
        detector: 'endpoint',
        title: 'Credential dumping',
        text: 'lsass.exe, {hash}',
      },
    },
    {
      after: [20, 150],
      on: 'next',
      soc: {
        detector: 'Active Directory Monitor and Sync',
        title: 'Account added to Domain Admins - {host}',
        text: 'A new member of Domain Admins was made from this device.\r\nUser: {account}\r\nComputer: {dc}\r\nSHA256: {hash}',
        remediation: 'Remove the member; disable {account}; look at {dc} for further changes.',
      },
      siem: {
        detector: 'Account Privilege Escalated',
        title: 'Account Privilege Escalated - {fqdn}',
        text: '{mail} made a member of Domain Admins, with the tool {hash}.',
      },
    },
  ],
}
