import type { Story } from './story.ts'

/** A coin miner that is put on one device after another: the same file, the same pool. */
export const miner: Story = {
  name: 'crypto-miner',
  weight: 7,
  severity: 'medium',
  least: 2,
  steps: [1, 2, 3].map((n) => ({
    after: n === 1 ? ([0, 0] as const) : ([15, 90] as const),
    ...(n > 1 && { on: 'next' as const }),
    activity: 'file' as const,
    soc: {
      detector: 'Webroot Monitor',
      title: 'Webroot Detection - {host}',
      text: 'Webroot reported W32.CoinMiner.Gen in C:\\ProgramData\\sys\\xmrig.exe.\r\nSHA256: {hash}\r\nDomain: {domain}',
      remediation: 'Delete the file on {host} and look for the task that starts it.',
    },
    ...(n < 3 && {
      siem: {
        detector: 'Cryptocurrency Miner Pool Connection',
        title: 'Cryptocurrency Miner Pool Connection - {fqdn}',
        text: 'A process with hash {hash} resolved pool.{domain}.',
      },
    }),
    endpoint: { detector: 'endpoint', title: 'Known miner', text: 'xmrig.exe {hash}' },
  })),
}
