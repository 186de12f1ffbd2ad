import { describe } from 'vitest'

import { loadConnectors } from '../src/connectors/registry.ts'
import { playWorlds, range, shortLine } from './support/worlds.ts'

playWorlds(range(26, 50), shortLine)

describe('with every vendor', () => {
  playWorlds(range(51, 53), loadConnectors)
})
