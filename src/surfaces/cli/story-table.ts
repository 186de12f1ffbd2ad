import type { Grouping } from '../../simulation/grouping.ts'
import { table } from './table.ts'

/** One line a kind of story, and one for all: how well what belongs together was put together. */
export function storyTable(
  byStory: Readonly<Record<string, Grouping>>,
  all: Omit<Grouping, 'records'>,
  width: number | undefined,
): string {
  const records = Object.values(byStory).reduce((sum, one) => sum + one.records, 0)
  const rows = Object.entries({ ...byStory, all: { ...all, records } })
  return table(rows, width, [
    { title: 'story', of: ([story]) => story },
    { title: 'records', of: ([, one]) => String(one.records), right: true },
    { title: 'attacks', of: ([, one]) => String(one.attacks), right: true },
    { title: 'tickets', of: ([, one]) => String(one.tickets), right: true },
    { title: 'wrong merges', of: ([, one]) => share(one.wrongMerges, one.tickets), right: true },
    { title: 'wrong splits', of: ([, one]) => share(one.wrongSplits, one.attacks), right: true },
    { title: 'noise reduced', of: ([, one]) => `${(one.noiseReduction * 100).toFixed(0)} %`, right: true },
  ])
}

function share(count: number, of: number): string {
  return count === 0 || of === 0 ? '0' : `${count} (${((count / of) * 100).toFixed(1)} %)`
}
