import { loadConnectors } from '../../connectors/registry.ts'
import type { DemoConnection } from '../../sandbox/sandbox.ts'
import { type Define, command } from './command.ts'
import { whole } from './flags.ts'
import { serveSandbox } from './made-up.ts'
import { jsonFlag, printJson } from './output.ts'

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
      json: jsonFlag,
    },
    async run({ args }) {
      const { terminal } = program
      const plan = {
        port: args.port === undefined ? program.config().sandboxPort : whole('port', args.port, 0, 65_535),
        seed: whole('seed', args.seed, 0, 4_294_967_295),
        customers: whole('customers', args.customers, 1, 5000),
      }
      const stop = program.stopSignal()
      const { sandbox, listener } = await serveSandbox(program, await loadConnectors(), plan)
      const demos = sandbox.connections(listener.origin)
      if (args.json === true) printJson(program, demos)
      else
        terminal.out(
          `${demos.map(describe).join('\n')}\nSwitches, faults and the truth: ${listener.origin}/_sandbox\nCtrl-C stops it.\n`,
        )
      await new Promise<void>((resolve) => stop.addEventListener('abort', () => resolve(), { once: true }))
      await listener.close()
    },
  })

function describe({ vendor, baseUrl, keys }: DemoConnection): string {
  const width = Math.max(...keys.map((key) => key.name.length))
  return [
    `${vendor}  ${baseUrl}`,
    ...keys.map(({ name, value, note }) => `  ${name.padEnd(width)}  ${value}  ${note}`),
    '',
  ].join('\n')
}
