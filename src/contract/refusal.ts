/** A server's "no", before it is written in the vendor's envelope. */
export class Refusal extends Error {
  override name = 'Refusal'
  readonly status: number
  readonly code: string
  /** Which fields are wrong, and how. */
  readonly fields: { field: string; issue: string }[]
  readonly headers: Record<string, string>
  /** A body of its own instead of the contract's envelope. */
  readonly body: unknown

  constructor(
    status: number,
    code: string,
    message: string,
    extra: {
      fields?: { field: string; issue: string }[]
      headers?: Record<string, string>
      body?: unknown
    } = {},
  ) {
    super(message)
    this.status = status
    this.code = code
    this.fields = extra.fields ?? []
    this.headers = extra.headers ?? {}
    this.body = extra.body
  }
}
