import { ApiError } from '../../contract/api-error.ts'

/** A list that was not seen whole has shown nothing. */
export function unsettled(reason = 'the list was not seen whole'): ApiError {
  return new ApiError({
    vendor: 'syncro',
    status: 0,
    code: 'incomplete_list',
    message: reason,
    verdict: 'retryable',
  })
}

/** Trouble of the network or the vendor as a value. */
export async function attempt<T>(work: () => Promise<T>): Promise<{ value: T } | { error: ApiError }> {
  try {
    return { value: await work() }
  } catch (error) {
    if (error instanceof ApiError) return { error }
    throw error
  }
}
