import type { Story, Words } from './story.ts'

const patchTool: Words = {
  detector: 'Event Log Monitor',
  title: 'Service installed - {host}',
  text: 'A service was installed by the account of the management agent.\r\nUser: svc-rmm\r\nComputer: {dc}',
  remediation: 'None when the management agent was at work.',
}

/** The management agent at work on one device after another, always with the same account. */
export const managementNoise: Story = {
  name: 'noise',
  weight: 7,
  severity: 'low',
  least: 2,
  source: 'tool',
  steps: [1, 2, 3, 4].map((n) => ({
    after: n === 1 ? ([0, 0] as const) : ([1, 6] as const),
    on: 'any' as const,
    soc: patchTool,
    ...(n === 1 && {
      siem: {
        detector: 'Service Account Activity',
        title: 'Service Account Activity - {fqdn}',
        text: 'svc-rmm signed in to many devices.',
      },
    }),
  })),
}

const probe: Words = {
  detector: 'Suspicious Network Services',
  title: 'Port scan - {host}',
  text: 'Many ports were tried from {ip}.\r\nIP: {ip}',
  remediation: 'None when {ip} is the scanner of an assessor.',
}

/** A scanner on the internet, or an assessor's, that comes by again and again. */
export const scannerNoise: Story = {
  name: 'noise',
  weight: 9,
  severity: 'low',
  least: 2,
  source: 'scanner',
  steps: [1, 2, 3, 4, 5].map((n) => ({
    after: n === 1 ? ([0, 0] as const) : ([10, 60] as const),
    soc: probe,
  })),
}

/** One line in a log, once. */
export const singleNoise: Story = {
  name: 'noise',
  weight: 6,
  severity: 'informational',
  steps: [
    {
      after: [0, 0],
      soc: {
        detector: 'Event Log Monitor',
        title: 'Audit log cleared - {host}',
        text: 'The security log was cleared.\r\nUser: {account}',
        remediation: 'Ask {user} why.',
      },
    },
  ],
}
