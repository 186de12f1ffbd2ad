import { ApiError } from '../../contract/api-error.ts'

/** The real form; where the vendor does not serve it (404), the form that the seed document prints. */
export async function orSeedForm<T>(real: () => Promise<T>, seed: () => Promise<T>): Promise<T> {
  try {
    return await real()
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 404) throw error
    return seed()
  }
}
