import { ApiError } from '../../contract/api-error.ts'
import type { CallOptions, Client } from '../../contract/client.ts'
import type { Input, Operation } from '../../contract/operation.ts'
import { wholeNumber } from '../../contract/paging.ts'
import type { LogEvent, LogResult, logResult, logsurface } from './log-query.ts'

/** An operation of Log Search that answers now or later. */
type Searching = Operation & { answer: typeof logResult; paging?: undefined } & typeof logsurface

/** A page of a finished search, with the text that it came in. */
export interface LogPage {
  result: LogResult
  text: string
}

const firstWait = 500
const longestWait = 10_000
/** A search that takes longer than all these looks together is given up. */
const mostLooks = 40

/**
 * Runs a search to its end: looks again until it is done, then follows the Next links. A poll answers 200 also while it
 * is not done, and a last page may still have a Next link: neither status nor link alone says that it is over.
 */
export async function* searchLogs<const O extends Searching>(
  client: Client,
  op: O,
  poll: Searching,
  input: Input<O>,
  options: CallOptions = {},
): AsyncGenerator<LogPage> {
  let page = await finished(client, op, poll, input, options)
  yield page
  const followed = new Set<string>()
  for (let next = linkOf(page.result, 'next'); next !== undefined; next = linkOf(page.result, 'next')) {
    if (followed.has(next) || (page.result.events ?? []).length === 0) return
    followed.add(next)
    page = await finished(client, poll, poll, {}, { ...options, link: next })
    yield page
  }
}

async function finished(
  client: Client,
  op: Searching,
  poll: Searching,
  input: object,
  options: CallOptions,
): Promise<LogPage> {
  let answer = await ask(client, op, input, options)
  for (let look = 0; look < mostLooks; look++) {
    const again = linkOf(answer.value, 'self')
    const progress = wholeNumber(answer.value.progress)
    const done = answer.status !== 202 && again === undefined && (progress === undefined || progress >= 100)
    if (done) return { result: answer.value, text: answer.text }
    if (again === undefined)
      throw broken(client, 'the search is not done, and there is no link to look at it again')
    await client.wait(Math.min(longestWait, firstWait * 2 ** look))
    answer = await ask(client, poll, {}, { ...options, link: again })
  }
  throw broken(client, `the search was not done after ${mostLooks} looks: ask for a shorter time`)
}

async function ask(
  client: Client,
  op: Searching,
  input: Input<Searching>,
  options: CallOptions,
): Promise<{ value: LogResult; text: string; status: number }> {
  const outcome = await client.try(op, input, options)
  if (!outcome.ok) throw outcome.error
  const { value, text, status } = outcome.answer
  return { value, text, status }
}

/** `Self` on the wire, `self` in the documents. */
function linkOf({ links }: LogResult, rel: string): string | undefined {
  return links?.find((link) => link.rel.toLowerCase() === rel)?.href
}

function broken(client: Client, message: string): ApiError {
  return new ApiError({
    vendor: client.contract.vendor,
    status: 200,
    code: 'search_not_done',
    message,
    verdict: 'retryable',
  })
}

/** Sequence numbers pass 2^53: their text counts, or the digits as they came. */
export function sequenceOf({ sequence_number_str: text, sequence_number: number }: LogEvent): string {
  return text ?? String(number ?? '')
}
