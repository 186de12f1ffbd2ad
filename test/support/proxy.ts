import { type Socket, connect, createServer } from 'node:net'

/** A way on loopback that can be cut: bytes then wait, as behind a network that has gone, and flow when it is back. */
export interface Proxy {
  port: number
  cut(): void
  mend(): void
  close(): void
}

export async function openProxy(target: { host: string; port: number }): Promise<Proxy> {
  const sockets = new Set<Socket>()
  let isCut = false
  const server = createServer((here) => {
    const there = connect(target.port, target.host)
    for (const [from, to] of [
      [here, there],
      [there, here],
    ] as const) {
      sockets.add(from)
      from.on('data', (bytes) => void to.write(bytes))
      from.on('close', () => (sockets.delete(from), to.destroy()))
      from.on('error', () => to.destroy())
      if (isCut) from.pause()
    }
  })
  const { promise, resolve } = Promise.withResolvers<void>()
  server.listen(0, '127.0.0.1', resolve)
  await promise
  const address = server.address()
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    cut() {
      isCut = true
      for (const socket of sockets) socket.pause()
    },
    mend() {
      isCut = false
      for (const socket of sockets) socket.resume()
    },
    close() {
      for (const socket of sockets) socket.destroy()
      server.close()
    },
  }
}
