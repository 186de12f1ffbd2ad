import type { Program } from './program.ts'
import { oneLine } from './table.ts'

export interface Step {
  title: string
  /** What came of it; a thrown error is told and does not end the other steps. */
  run(): Promise<string>
}

/** Long work: live on a terminal, a line a step elsewhere, nothing beside JSON. */
export async function runSteps(program: Program, quiet: boolean, steps: readonly Step[]): Promise<void> {
  if (program.terminal.columns !== undefined && !quiet) return runLive(steps)
  for (const { title, run } of steps) {
    const said = await run().catch((error: unknown) =>
      error instanceof Error ? error.message : String(error),
    )
    if (!quiet) program.terminal.out(`${title}: ${oneLine(said)}\n`)
  }
}

async function runLive(steps: readonly Step[]): Promise<void> {
  const { Listr } = await import('listr2')
  const tasks = steps.map(({ title, run }) => ({
    title,
    task: async (_: unknown, task: { title: string }): Promise<void> => {
      task.title = `${title}: ${oneLine(await run())}`
    },
  }))
  await new Listr(tasks, { exitOnError: false, collectErrors: false }).run()
}
