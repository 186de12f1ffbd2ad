// Operations as tools for a language model: what clients of the Model Context Protocol insist on.
import { describe, expect, test } from 'vitest'
import { contractAt } from '../src/api/contract.ts'
import { loadConnectors } from '../src/connectors/registry.ts'
import { toTools } from '../src/contract/tools.ts'

const contracts = [
  contractAt('http://127.0.0.1:4400'),
  ...(await loadConnectors()).map(({ contract }) => contract),
]

describe.each(contracts.map((contract) => [contract.vendor, contract] as const))(
  '%s',
  (_vendor, contract) => {
    const tools = toTools(contract)
    const operations = Object.values(contract.operations).filter((op) => op.alias !== true)

    test('every operation is one tool, under a name that clients take', () => {
      expect(tools).toHaveLength(operations.length)
      expect(new Set(tools.map(({ name }) => name)).size).toBe(tools.length)
      expect(tools.filter(({ name }) => !/^[a-zA-Z0-9_-]{1,64}$/.test(name))).toEqual([])
    })

    test('what is needed can be given, and every reference leads somewhere', () => {
      for (const { name, inputSchema } of tools) {
        const { properties, required } = inputSchema as { properties: object; required: string[] }
        expect([name, required.filter((one) => !(one in properties))]).toEqual([name, []])
        for (const [, path = ''] of JSON.stringify(inputSchema).matchAll(/"\$ref":"#\/([^"]+)"/g)) {
          const found = path.split('/').reduce<any>((at, step) => at?.[step], inputSchema)
          expect([name, path, typeof found]).toEqual([name, path, 'object'])
        }
      }
    })

    test('only what reads says that it reads', () => {
      const reading = tools.filter(({ annotations }) => annotations.readOnlyHint).length
      expect(reading).toBe(operations.filter(({ method }) => method === 'GET').length)
    })
  },
)
