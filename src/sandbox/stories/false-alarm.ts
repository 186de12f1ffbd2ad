import type { Story } from './story.ts'

/** What the vendors raise and then close as a false positive. */
export const falseAlarm: Story = {
  name: 'false-alarm',
  weight: 9,
  severity: 'medium',
  falseAlarm: true,
  least: 1,
  steps: [
    {
      after: [0, 0],
      activity: 'tool',
      soc: {
        detector: 'Suspicious Tools',
        title: 'Remote access tool - {host}',
        text: 'AnyDesk was installed and is not on the allow list.\r\nUser: {account}',
        remediation: 'Ask {user} whether the tool is wanted; remove it from {host} when not.',
      },
      siem: {
        detector: 'Remote Access Tool Started',
        title: 'Remote Access Tool Started - {fqdn}',
        text: 'AnyDesk.exe started by {mail}.',
      },
      endpoint: { detector: 'endpoint', title: 'Remote access tool', text: 'AnyDesk.exe' },
    },
    {
      after: [2, 30],
      soc: {
        detector: 'Suspicious Network Services',
        title: 'Session to a relay - {host}',
        text: 'AnyDesk.exe holds a session to {ip}:7070.\r\nIP: {ip}\r\nUser: {account}',
        remediation: 'Nothing to do when the tool is wanted on {host}.',
      },
    },
  ],
}
