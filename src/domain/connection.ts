/** One credentialed account at one vendor. Secrets are kept apart, sealed. */
export interface Connection {
  id: string
  vendor: string
  name: string
  /** The connection form's fields without the secret ones. */
  settings: Record<string, string>
  createdAt: number
}
