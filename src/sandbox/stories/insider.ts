import type { Story } from './story.ts'

/** Somebody who may be there takes along what is not theirs: no malware, only a user and what they do. */
export const insider: Story = {
  name: 'insider',
  weight: 4,
  severity: 'medium',
  least: 2,
  steps: [
    {
      after: [0, 0],
      siem: {
        detector: 'Unusual File Access Volume',
        title: 'Unusual File Access Volume - {fqdn}',
        text: '{mail} opened 4,120 files of departments that are not theirs.',
      },
      soc: {
        detector: 'Event Log Monitor',
        title: 'Bulk copy to a removable drive - {host}',
        text: '1,920 files were copied to a USB drive.\r\nUser: {account}',
        remediation: 'Talk to the manager of {user} before anybody else does. Keep the log of {host}.',
      },
    },
    {
      after: [15, 55],
      soc: {
        detector: 'Suspicious Tools',
        title: 'Cloud upload tool - {host}',
        text: 'rclone.exe was started with a private remote.\r\nUser: {account}\r\nDomain: {domain}',
        remediation: 'Ask who allowed rclone on {host}; block {domain}.',
      },
      siem: {
        detector: 'Data Exfiltration - Large Upload',
        title: 'Data Exfiltration - Large Upload - {fqdn}',
        text: '{mail} uploaded 9 GB to {domain}.',
      },
    },
    {
      after: [60, 240],
      soc: {
        detector: 'Office 365 Risk Detection',
        title: 'Mass download from SharePoint - {mail}',
        text: '3,300 files were downloaded in an hour.\r\nUser: {mail}\r\nDomain: {domain}',
        remediation: 'Suspend the session of {mail}.',
      },
    },
  ],
}
