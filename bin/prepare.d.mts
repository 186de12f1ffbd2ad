export const root: string
export const missingNode: string
export class Failure extends Error {}
export function ensureInstalled(): Promise<void>
export function ensureBuilt(): Promise<void>
export function findNode(): string | undefined
export function run(
  command: string,
  args: string[],
  options?: { env?: NodeJS.ProcessEnv; stdio?: unknown },
): Promise<number>
