/**
 * What became of a request that did not succeed.
 * `refused`: the vendor said no, sending it again will not help. `retryable`: it was surely not carried out, or doing
 * it twice is harmless. `ambiguous`: it may have been carried out; only a look-up can tell.
 */
export type Verdict = 'refused' | 'retryable' | 'ambiguous'

export interface ApiErrorFields {
  vendor: string
  /** 0 when no answer came. */
  status: number
  code: string
  message: string
  requestId?: string | undefined
  verdict: Verdict
  /** The vendor's wish, ms. */
  retryAfterMs?: number | undefined
}

/** The one error that every vendor's trouble is flattened to. The message never holds a key. */
export class ApiError extends Error {
  override name = 'ApiError'
  readonly vendor: string
  readonly status: number
  readonly code: string
  readonly requestId: string | undefined
  readonly verdict: Verdict
  readonly retryAfterMs: number | undefined

  constructor(fields: ApiErrorFields) {
    super(fields.message)
    this.vendor = fields.vendor
    this.status = fields.status
    this.code = fields.code
    this.requestId = fields.requestId
    this.verdict = fields.verdict
    this.retryAfterMs = fields.retryAfterMs
  }

  get retryable(): boolean {
    return this.verdict === 'retryable'
  }

  get ambiguous(): boolean {
    return this.verdict === 'ambiguous'
  }

  /** One line for people. */
  get line(): string {
    const status = this.status === 0 ? '' : ` ${this.status}`
    return `${this.vendor}${status} ${this.code}: ${this.message}`
  }
}
