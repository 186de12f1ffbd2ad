/**
 * Everything that the engine may know of the world outside: time, chance and the network. It is handed in, so that a
 * month of operations can run in seconds and a failing seed can run again.
 */
export interface Outside {
  /** Milliseconds since the epoch. */
  now(): number
  /** Resolves after `ms`, or at once when `signal` aborts; it never rejects. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
  /** Uniform in [0, 1). */
  random(): number
  fetch: Fetch
}

/** The part of `fetch` that the client uses; the platform's own `fetch` fits. */
export type Fetch = (url: string, init: FetchInit) => Promise<FetchAnswer>

export interface FetchInit {
  method: string
  headers: Record<string, string>
  body?: string
  redirect: 'manual'
  signal?: AbortSignal
}

export interface FetchAnswer {
  status: number
  headers: { get(name: string): string | null }
  text(): Promise<string>
}
