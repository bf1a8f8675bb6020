import assert from 'node:assert/strict'
import { test } from 'node:test'
import { commandLine } from '../../client/cli/describe.ts'
import { longhaul, scratchFolder } from './run-cli.ts'

const home = scratchFolder()

test('the version is that of the package', () => {
  const { status, stdout } = longhaul(home, ['--version'])
  assert.equal(status, 0)
  assert.match(stdout, /^\d+\.\d+\.\d+\n$/)
})

test('help lists every command of the public contract', () => {
  const { status, stdout } = longhaul(home, ['--help'])
  assert.equal(status, 0)
  const contract =
    'up worker full validate schema data check plan start list show watch status report rollback ' +
    'pause resume throttle skip retry approve reject edit cancel replay export import preview'
  for (const name of contract.split(' ')) assert.match(stdout, new RegExp(`^  ${name}\\b`, 'm'))
})

test('help of every command has examples, and these have only flags that exist', () => {
  for (const command of commandLine().commands) {
    const help = command.help
    assert.match(help, /Examples:/, command.name)
    const examples = help.slice(help.indexOf('Examples:'))
    const used = [...examples.matchAll(/\$ longhaul (\S+)([^#&|>]*)/g)]
    assert.ok(used.length > 0, command.name)
    for (const [, name, rest] of used) {
      const known = commandLine().commands.find(c => c.name === name)
      assert.ok(known, `${command.name}: there is no command ${name}`)
      for (const [flag] of rest!.matchAll(/--[a-z-]+/g)) {
        assert.ok(known.flags.includes(flag), `${command.name}: ${name} has no flag ${flag}`)
      }
    }
  }
})
