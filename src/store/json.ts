/** JSON columns are text on both engines; they are written and read only here. */
export function encode(value: unknown): string {
  return JSON.stringify(value)
}

/** What is read back was written by `encode`, so its type is the one that the table's file put in. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters
export function decode<T>(text: string): T {
  return JSON.parse(text) as T
}
