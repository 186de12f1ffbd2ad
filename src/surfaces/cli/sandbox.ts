import type { Connector } from '../../connectors/connector.ts'
import { baseOf } from '../../contract/contract.ts'
import type { ServedConnection } from '../../sandbox/sandbox.ts'
import { scenarios } from '../../sandbox/scenarios.ts'
import { type Define, command } from './command.ts'
import { whole } from './flags.ts'
import { openLog } from './log.ts'
import { serveSandbox } from './made-up.ts'
import { jsonFlag, printJson } from './output.ts'
import { vendorsOf } from './vendors.ts'

export const define: Define = (program) =>
  command({
    meta: {
      name: 'sandbox',
      description: 'Serve the vendors’ APIs over a made-up world, to try things against',
    },
    args: {
      port: { type: 'string', description: 'default: SANDBOX_PORT, or 4500', valueHint: 'n' },
      seed: {
        type: 'string',
        default: '1',
        description: 'the same seed gives the same customers and attacks',
        valueHint: 'n',
      },
      customers: {
        type: 'string',
        default: '8',
        description: 'customers of the made-up provider',
        valueHint: 'n',
      },
      scenario: {
        type: 'enum',
        options: scenarios.map(({ name }) => name),
        default: scenarios[0].name,
        description: 'what happens in the world',
      },
      speed: {
        type: 'string',
        default: '1',
        description: 'sandbox seconds for one real second; times run ahead of yours',
        valueHint: 'n',
      },
      tls: {
        type: 'boolean',
        description: 'HTTPS, under the vendors’ own host names too, from an authority in the data directory',
      },
      json: jsonFlag,
    },
    async run({ args }) {
      const { terminal } = program
      const plan = {
        port: args.port === undefined ? program.config().sandboxPort : whole('port', args.port, 0, 65_535),
        seed: whole('seed', args.seed, 0, 4_294_967_295),
        customers: whole('customers', args.customers, 1, 5000),
        scenario: scenarios.find(({ name }) => name === args.scenario) ?? scenarios[0],
        speed: whole('speed', args.speed, 1, 3600),
        log: await openLog(program),
      }
      const stop = program.stopSignal()
      const connectors = await vendorsOf(program)
      // Loaded when it is wanted: the library behind it is large.
      const tls =
        args.tls === true
          ? await (await import('./sandbox-tls.ts')).sandboxTls(program, connectors)
          : undefined
      const { sandbox, listener } = await serveSandbox(program, connectors, { ...plan, ...(tls && { tls }) })
      const { origin } = listener
      const demos = sandbox.served({ origin, ...(tls && { caFile: tls.caFile }) })
      if (args.json === true) printJson(program, demos)
      else {
        terminal.out(`${demos.map(describe).join('\n')}\n`)
        if (tls !== undefined)
          terminal.out(`${howToTrust(tls.caFile, origin, connectors[0], demos[0]?.keys[0]?.value ?? '')}\n`)
        const pace = plan.speed === 1 ? '' : `, ${plan.speed} times as fast as real`
        terminal.out(`Scenario ${plan.scenario.name}: ${plan.scenario.about}${pace}.\n`)
        terminal.out(`Clock, switches, faults and the truth: ${origin}/_sandbox\nCtrl-C stops it.\n`)
      }
      await new Promise<void>((resolve) => stop.addEventListener('abort', () => resolve(), { once: true }))
      await listener.close()
    },
  })

function describe({ vendor, baseUrl, keys, hosts }: ServedConnection): string {
  const width = Math.max(...keys.map((key) => key.name.length))
  return [
    `${vendor}  ${baseUrl}`,
    `  also as ${shortly(hosts)}`,
    ...keys.map(({ name, value, note }) => `  ${name.padEnd(width)}  ${value}  ${note}`),
    '',
  ].join('\n')
}

function shortly(hosts: readonly string[]): string {
  return hosts.length <= 4 ? hosts.join(', ') : `${hosts.slice(0, 3).join(', ')} and ${hosts.length - 3} more`
}

/** How a client is brought here under the vendor's own name, with a call that can be pasted. */
function howToTrust(caFile: string, origin: string, example: Connector | undefined, key: string): string {
  const { host } = new URL(origin)
  const call = example === undefined ? `https://${host}/` : callOf(example, key)
  return [
    `HTTPS, signed by an authority of this machine's own: ${caFile}`,
    `  curl      curl --cacert ${caFile} --connect-to ::${host} ${call}`,
    `  node      NODE_EXTRA_CA_CERTS=${caFile} node client.js`,
    `  python    REQUESTS_CA_BUNDLE=${caFile} python client.py`,
    '  A client that only knows the vendor’s address: its host name at 127.0.0.1 in /etc/hosts, and --port 443.',
    '',
  ].join('\n')
}

function callOf({ contract, sandbox, probes }: Connector, key: string): string {
  const secret = contract.settings.find((field) => field.secret === true)?.name ?? ''
  const headers: Record<string, string> = {}
  contract.auth.sign(headers, { ...sandbox.settings, [secret]: key })
  const signed = Object.entries(headers).map(([name, value]) => `-H '${name}: ${value}'`)
  const url = `${baseOf(contract, sandbox.settings)}${probes[0]?.operation.path ?? ''}`
  return [...signed, `'${url}'`].join(' ')
}
