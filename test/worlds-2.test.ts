import { playWorlds, range } from './support/worlds.ts'

playWorlds(range(26, 50))
