import type { Story } from './story.ts'

/** Business e-mail compromise: it happens in the mailbox, so no endpoint sees it. */
export const mailCompromise: Story = {
  name: 'mail-compromise',
  weight: 10,
  severity: 'high',
  least: 2,
  steps: [
    {
      after: [0, 0],
      soc: {
        detector: 'Office 365 Risk Detection',
        title: 'Sign-in from an unfamiliar country - {mail}',
        text: 'The mailbox was opened from a country it never was in.\r\nUser: {mail}\r\nIP: {ip}',
        remediation: 'End all sessions of {mail} and reset the password.',
      },
      siem: {
        detector: 'Multiple Country Authentications',
        title: 'Multiple Country Authentications',
        text: '{mail} signed in from two countries within an hour, the second time from {ip}.',
      },
    },
    {
      after: [10, 55],
      soc: {
        detector: 'Office 365 Risk Detection',
        title: 'Inbox rule hides mail - {mail}',
        text: 'A rule moves mail with the word invoice to RSS Feeds.\r\nUser: {mail}\r\nIP: {ip}',
        remediation: 'Remove the rule; look for mail that was answered meanwhile.',
      },
      siem: {
        detector: 'Suspicious Inbox Rule',
        title: 'Suspicious Inbox Rule',
        text: 'New-InboxRule by {mail} from {ip}',
      },
    },
    {
      after: [20, 180],
      soc: {
        detector: 'Office 365 Risk Detection',
        title: 'Unusual volume of outgoing mail - {mail}',
        text: '312 mails were sent in ten minutes, most with the same link.\r\nUser: {mail}\r\nIP: {ip}\r\nDomain: {domain}',
        remediation: 'Block sending for {mail}; recall and report the mails.',
      },
    },
  ],
}
