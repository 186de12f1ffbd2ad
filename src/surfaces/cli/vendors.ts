import type { Connector } from '../../connectors/connector.ts'
import { loadConnectors } from '../../connectors/registry.ts'
import type { Program } from './program.ts'

/** Every vendor that this program knows: its own, and those that WATCHFLOOR_CONNECTORS adds. */
export async function vendorsOf(program: Program): Promise<Connector[]> {
  return loadConnectors(program.config().connectors)
}
