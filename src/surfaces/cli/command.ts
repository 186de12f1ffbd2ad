import type { ArgsDef, CommandDef } from 'citty'

import type { Program } from './program.ts'

/** A command's file exports this. A command is made for its arguments: what `connect` takes depends on the vendor. */
export type Define = (program: Program, raw: readonly string[]) => CommandDef | Promise<CommandDef>

/** A command with its arguments typed inside, and any command outside: citty hands each the arguments it declares. */
export function command<const T extends ArgsDef>(definition: CommandDef<T>): CommandDef {
  return definition as unknown as CommandDef
}
