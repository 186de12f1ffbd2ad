import { playWorlds, range, shortLine } from './support/worlds.ts'

// Two files, so that two cores share the fifty worlds.
playWorlds(range(1, 25), shortLine)
