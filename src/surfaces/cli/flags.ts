import type { ArgsDef } from 'citty'

import { hint } from './nearest.ts'
import { CliError } from './program.ts'

/** citty takes what it does not know and drops it; we refuse, and name the flag that was probably meant. */
export function checkFlags(name: string, raw: readonly string[], args: ArgsDef): void {
  const positionals: string[] = []
  for (let i = 0; i < raw.length; i++) {
    const word = raw[i] ?? ''
    if (word === '--') {
      positionals.push(...raw.slice(i + 1))
      break
    }
    if (!word.startsWith('-') || word === '-') positionals.push(word)
    else if (checkFlag(name, word, raw[i + 1], args)) i++
  }
  const places = Object.values(args).filter((arg) => arg.type === 'positional')
  const extra = positionals[places.length]
  if (extra !== undefined) throw new CliError(`${name} takes no "${extra}": see "watchfloor ${name} --help"`)
}

/** Returns whether the next word is the flag's value. */
function checkFlag(name: string, word: string, next: string | undefined, args: ArgsDef): boolean {
  const [flag, value] = splitOnce(word.replace(/^--?/, ''), '=')
  const known = Object.entries(args).filter(([, arg]) => arg.type !== 'positional')
  const [own, arg] =
    known.find(([key, one]) => camel(key) === camel(flag) || aliasesOf(one).includes(flag)) ?? []
  if (own === undefined || arg === undefined) {
    const denied = known.find(([key, one]) => one.type === 'boolean' && flag === `no-${key}`)
    if (denied !== undefined) return false
    const words = known.map(([key, one]) =>
      one.type === 'boolean' && one.default === true ? `--no-${key}` : `--${key}`,
    )
    throw new CliError(
      `${name} has no flag ${word.split('=')[0] ?? word}${hint(word, words)}: see "watchfloor ${name} --help"`,
    )
  }
  if (arg.type === 'boolean') return false
  const given = value ?? next
  if (given === undefined || (value === undefined && given.startsWith('--')) || given === '') {
    throw new CliError(`--${own} needs a value: see "watchfloor ${name} --help"`)
  }
  if (arg.type === 'enum' && arg.options?.includes(given) === false) {
    throw new CliError(`--${own} "${given}" is not known: use ${arg.options.join(', ')}`)
  }
  return value === undefined
}

/** A whole number from a flag. */
export function whole(name: string, text: string, low: number, high: number): number {
  const number = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN
  if (number >= low && number <= high) return number
  throw new CliError(`--${name} "${text}" is malformed: it must be a whole number from ${low} to ${high}`)
}

/** A number from a flag, also with a fraction. */
export function number(name: string, text: string, low: number, high: number): number {
  const value = /^\d{1,9}(\.\d{1,6})?$/.test(text) ? Number(text) : Number.NaN
  if (value >= low && value <= high) return value
  throw new CliError(`--${name} "${text}" is malformed: it must be a number from ${low} to ${high}`)
}

/** Words from a flag, with commas between them; undefined when it was not given. */
export function listed<Word extends string>(
  name: string,
  text: string | undefined,
  known: readonly Word[],
): Word[] | undefined {
  return text?.split(',').map((part) => {
    const found = known.find((word) => word === part.trim())
    if (found !== undefined) return found
    throw new CliError(
      `--${name} "${part.trim()}" is not known${hint(part.trim(), known)}: use ${known.join(', ')}`,
    )
  })
}

function aliasesOf(arg: ArgsDef[string]): string[] {
  return 'alias' in arg && arg.alias !== undefined ? [arg.alias].flat() : []
}

function camel(text: string): string {
  return text.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase())
}

function splitOnce(text: string, mark: string): [string, string?] {
  const at = text.indexOf(mark)
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)]
}
