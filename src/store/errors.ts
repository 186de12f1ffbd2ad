/** What went wrong with the database, in one line, with the mend. */
export class StoreError extends Error {
  override name = 'StoreError'
}
