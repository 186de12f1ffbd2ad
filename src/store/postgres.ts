import { StoreError } from './errors.ts'
import type { Store } from './store.ts'

export async function openPostgres(_url: string): Promise<Store> {
  throw new StoreError('PostgreSQL is not there yet')
}
