import { type Policy, type PolicyChange, choicesOf, policySchema, readRule } from '../../domain/policy.ts'
import type { Tenant } from '../../domain/tenant.ts'
import { type Policies, putPolicy, readPolicies } from '../../store/policies.ts'
import type { Db } from '../../store/store.ts'
import { tenants } from '../../store/tenants.ts'
import { withAsk } from './ask.ts'
import { type Define, command } from './command.ts'
import { withHub } from './hub.ts'
import { openLog } from './log.ts'
import { hint } from './nearest.ts'
import { jsonFlag, print, printJson } from './output.ts'
import { CliError, type Program } from './program.ts'

const usage =
  'policy set <customer, or everybody> <rule>=<value>; an empty value takes a customer’s own rule away'

export const define: Define = (program) =>
  command({
    meta: {
      name: 'policy',
      description: `Show what each customer wants done with its tickets; ${usage}`,
    },
    args: {
      verb: { type: 'positional', description: 'show or set', required: false },
      customer: { type: 'positional', description: 'a tenant’s name or id, or everybody', required: false },
      rule: { type: 'positional', description: 'such as onVendorResolve=resolve', required: false },
      json: jsonFlag,
    },
    async run({ args }) {
      const { verb = 'show', customer, rule } = args
      if (verb === 'set') {
        if (customer === undefined || rule === undefined) throw new CliError(`usage: ${usage}`)
        return set(program, customer, rule)
      }
      if (verb !== 'show')
        throw new CliError(`policy has no "${verb}"${hint(verb, ['show', 'set'])}: ${usage}`)
      if (rule !== undefined) throw new CliError(`policy show takes no "${rule}": ${usage}`)
      return show(program, customer, args.json === true)
    },
  })

const names = Object.keys(policySchema.shape) as (keyof Policy)[] // a strict object has no other keys

async function show(program: Program, customer: string | undefined, json: boolean): Promise<void> {
  await withAsk(program, async ({ db }) => {
    const policies = await readPolicies(db)
    const id = customer === undefined ? '' : await findTenant(db, customer)
    const rules = policies.of(id)
    if (json) {
      const own = await ownRules(db, policies)
      return printJson(program, { rules, of: customer ?? 'everybody', everybody: policies.everybody, own })
    }
    const rows = names.map((name) => ({ name, value: rules[name], from: originOf(policies, id, name) }))
    print(program, false, rows, '', [
      { title: 'rule', of: (row) => row.name },
      { title: 'value', of: (row) => shown(row.value) },
      { title: 'set for', of: (row) => row.from },
      { title: 'what it says', of: (row) => policySchema.shape[row.name].description ?? '', flex: true },
      { title: 'takes', of: (row) => choicesOf(row.name), flex: true },
    ])
    if (customer !== undefined || policies.own.size === 0) return
    print(program, false, await ownRules(db, policies), '', [
      { title: 'customer', of: (row) => row.customer, flex: true },
      { title: 'has of its own', of: (row) => textOf(row.rules), flex: true },
    ])
  })
}

async function ownRules(db: Db, policies: Policies): Promise<{ customer: string; rules: PolicyChange }[]> {
  const known = new Map((await tenants(db)).map((one) => [one.id, one.name]))
  return [...policies.own]
    .filter(([, rules]) => Object.keys(rules).length > 0)
    .map(([id, rules]) => ({ customer: known.get(id) ?? id, rules }))
}

function originOf({ own, everybody }: Policies, id: string, name: keyof Policy): string {
  if (own.get(id)?.[name] !== undefined) return 'this customer'
  return everybody[name] === undefined ? 'default' : 'everybody'
}

async function set(program: Program, customer: string, rule: string): Promise<void> {
  await withHub(program, await openLog(program), async (hub) => {
    const { db } = hub.store
    const id = await findTenant(db, customer)
    const change = changeOf(rule)
    await hub.store.transaction(async (tx) => {
      const policies = await readPolicies(tx)
      const before = id === '' ? policies.everybody : (policies.own.get(id) ?? {})
      await putPolicy(tx, id, change(before), hub.outside.now())
    })
    const now = (await readPolicies(db)).of(id)
    program.terminal.out(`${customer}: ${textOf(now)}\n`)
  })
}

function changeOf(rule: string): (before: PolicyChange) => PolicyChange {
  const [name, value] = rule.split('=')
  if (value === '' && name !== 'worksheet') {
    const known = names.find((one) => one === name)
    if (known === undefined)
      throw new CliError(`no rule "${name}"${hint(name ?? '', names)}: use ${names.join(', ')}`)
    return (before) => Object.fromEntries(Object.entries(before).filter(([key]) => key !== known))
  }
  try {
    const change = readRule(rule)
    return (before) => ({ ...before, ...change })
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error)
    throw new CliError(problem.replace(/^(no rule "[^"]*")/, `$1${hint(name ?? '', names)}`))
  }
}

async function findTenant(db: Db, text: string): Promise<string> {
  if (text.toLowerCase() === 'everybody') return ''
  const all: Tenant[] = await tenants(db)
  const found = all.filter((one) => one.id === text || one.name.toLowerCase() === text.toLowerCase())
  const [only] = found
  if (found.length > 1)
    throw new CliError(
      `${found.length} customers are called "${text}": use ${found.map((one) => one.id).join(' or ')}`,
    )
  if (only !== undefined) return only.id
  const known = all.map((one) => one.name)
  throw new CliError(
    `no customer "${text}"${hint(text, known)}: "watchfloor customers" lists them; everybody means all`,
  )
}

function textOf(rules: PolicyChange): string {
  return names
    .filter((name) => rules[name] !== undefined)
    .map((name) => `${name}=${shown(rules[name])}`)
    .join(' ')
}

function shown(value: unknown): string {
  if (typeof value === 'boolean') return value ? 'on' : 'off'
  return value === '' ? '(none)' : String(value)
}
