import { expect, test } from 'vitest'

import { Dropped } from '../contract/in-process.ts'
import type { WireAnswer, WireRequest } from '../contract/wire.ts'
import { type Trouble, listen } from './http.ts'

const key = 'secret-key-0123456789'

/** One request to a server that does this, with a key in its header and one in its query. */
async function ask(serve: (request: WireRequest) => Promise<WireAnswer>) {
  const troubles: Trouble[] = []
  const onError = (trouble: Trouble): void => void troubles.push(trouble)
  const listener = await listen(serve, { port: 0, host: '127.0.0.1', variable: 'PORT', onError })
  const headers = { authorization: `Bearer ${key}` }
  try {
    const answer = await fetch(`${listener.origin}/cases/7?api_key=${key}%21`, { headers })
    return { troubles, status: answer.status, body: await answer.text() }
  } catch {
    return { troubles, status: 0, body: '' }
  } finally {
    await listener.close()
  }
}

test('what nobody expected is answered with 500 and told in one line, without keys', async () => {
  const { troubles, status, body } = await ask(async ({ search, headers }) => {
    throw new TypeError(`cannot read\nthe case: ${search} ${String(headers['authorization'])} ${key}!`)
  })
  expect(status).toBe(500)
  expect(body).toBe('Something went wrong here; the log of the program says what.\n')
  expect(troubles).toEqual([
    {
      method: 'GET',
      path: '/cases/7',
      reason: expect.stringMatching(/^TypeError: cannot read the case: .* at .+/),
    },
  ])
  expect(JSON.stringify(troubles)).not.toContain(key)
  expect(troubles[0]?.reason).not.toContain('\n')
})

test('a connection that is to break breaks, and is no news', async () => {
  expect(await ask(() => Promise.reject(new Dropped('as told')))).toEqual({
    troubles: [],
    status: 0,
    body: '',
  })
})
