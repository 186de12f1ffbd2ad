/**
 * The three-way merge: what two sides hold of one thing, what both held when they last agreed, and who owns which
 * field. Pure. Our own change that comes back is equal to what we hold, and so yields nothing.
 */

/** Texts compare whole; lists are sets that only grow. */
export type FieldValue = string | number | boolean | null | readonly string[]

/**
 * - `ours`: theirs is put right.
 * - `theirs`: ours follows.
 * - `both`: whoever changed it; when both did, theirs stands, since a person is behind it.
 * - `first`: ours until it was agreed on once, theirs from then on.
 * - `appended`: a list that grows on both sides; what one side took away is not put back.
 */
export type Owner = 'ours' | 'theirs' | 'both' | 'first' | 'appended'

/** A field that is absent is one that the side says nothing about: it was not read, or we have no opinion. */
export type Fields<K extends string = string> = { readonly [F in K]?: FieldValue | undefined }

export interface Conflict<K extends string = string> {
  field: K
  ours: FieldValue
  theirs: FieldValue
  agreed: FieldValue | undefined
  /** Whose value stands; the other side's change is overruled. */
  kept: 'ours' | 'theirs'
}

export interface Merge<K extends string = string> {
  /** What both sides hold once `push` has been carried out: then the last agreed values. */
  fields: Fields<K>
  /** What is to be written to their side; of an appended list only what they lack. */
  push: Fields<K>
  /** What our side has to take over; of an appended list only what we lack. */
  take: Fields<K>
  conflicts: Conflict<K>[]
  /** The last agreed values while `push` is still on its way: what was taken is in, what is pushed is not. */
  agreed: Fields<K>
}

type Draft<K extends string> = {
  -readonly [P in 'fields' | 'push' | 'take' | 'agreed']: { [F in K]?: FieldValue }
} & { conflicts: Conflict<K>[] }

export function merge<K extends string>(
  ours: Fields<K>,
  theirs: Fields<K>,
  agreed: Fields<K>,
  owners: Readonly<Record<K, Owner>>,
): Merge<K> {
  const draft: Draft<K> = { fields: {}, push: {}, take: {}, agreed: {}, conflicts: [] }
  // The keys of `owners` are K by its type.
  for (const field of Object.keys(owners) as K[]) {
    const sides: Sides = { ours: ours[field], theirs: theirs[field], agreed: agreed[field] }
    if (owners[field] === 'appended') mergeList(draft, field, sides)
    else mergeValue(draft, field, sides, owners[field])
  }
  return draft
}

interface Sides {
  ours: FieldValue | undefined
  theirs: FieldValue | undefined
  agreed: FieldValue | undefined
}

function mergeValue<K extends string>(draft: Draft<K>, field: K, sides: Sides, owner: Owner): void {
  const { ours, theirs, agreed } = sides
  // Nothing was read: nothing is known, so nothing is done.
  if (theirs === undefined) return keep(draft, field, ours ?? agreed, agreed)
  if (ours === undefined) {
    if (owner !== 'ours' && !same(theirs, agreed)) draft.take[field] = theirs
    return keep(draft, field, theirs, theirs)
  }
  if (same(ours, theirs)) return keep(draft, field, theirs, theirs)
  const stands = whoStands(sides, owner)
  const loser = stands === 'ours' ? theirs : ours
  if (agreed !== undefined && !same(loser, agreed))
    draft.conflicts.push({ field, ours, theirs, agreed, kept: stands })
  if (stands === 'theirs') {
    draft.take[field] = theirs
    return keep(draft, field, theirs, theirs)
  }
  draft.push[field] = ours
  return keep(draft, field, ours, agreed)
}

function whoStands({ ours, theirs, agreed }: Sides, owner: Owner): 'ours' | 'theirs' {
  if (owner === 'ours' || owner === 'theirs') return owner
  if (owner === 'first') return agreed === undefined ? 'ours' : 'theirs'
  return same(theirs, agreed) && !same(ours, agreed) ? 'ours' : 'theirs'
}

function mergeList<K extends string>(draft: Draft<K>, field: K, sides: Sides): void {
  const [ours, theirs, agreed] = [listOf(sides.ours), listOf(sides.theirs), listOf(sides.agreed)]
  const read = sides.theirs !== undefined
  const push = read ? without(ours, theirs, agreed) : []
  const take = without(theirs, ours, agreed)
  if (push.length > 0) draft.push[field] = push
  if (take.length > 0) draft.take[field] = take
  const held = union(agreed, ours, theirs)
  keep(draft, field, held, read ? without(held, push) : agreed)
}

function keep<K extends string>(
  draft: Draft<K>,
  field: K,
  value: FieldValue | undefined,
  agreed: FieldValue | undefined,
): void {
  if (value !== undefined) draft.fields[field] = value
  if (agreed !== undefined) draft.agreed[field] = agreed
}

function same(a: FieldValue | undefined, b: FieldValue | undefined): boolean {
  if (isList(a) && isList(b)) return a.length === b.length && a.every((one) => b.includes(one))
  return a === b
}

function listOf(value: FieldValue | undefined): readonly string[] {
  return isList(value) ? value : []
}

function isList(value: FieldValue | undefined): value is readonly string[] {
  return Array.isArray(value)
}

function without(list: readonly string[], ...others: (readonly string[])[]): string[] {
  const gone = new Set(others.flat())
  return [...new Set(list)].filter((one) => !gone.has(one))
}

function union(...lists: (readonly string[])[]): string[] {
  return [...new Set(lists.flat())]
}
