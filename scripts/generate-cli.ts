/** Writes `docs/cli.md` from the help of the command line; with `--check` only says whether it is as it should be. */
import { readFileSync, writeFileSync } from 'node:fs'
import { commandLine } from '../client/cli/describe.ts'

const page = new URL('../docs/cli.md', import.meta.url)

function render(): string {
  const { help, commands } = commandLine()
  const sections = commands.map(c => `## longhaul ${c.name}\n\n\`\`\`text\n${c.help}\n\`\`\``)
  const head =
    '# Command line\n\nGenerated from the help texts by `scripts/generate-cli.ts`. Exit statuses: [exit-status.md](exit-status.md).'
  return `${[head, `\`\`\`text\n${help}\n\`\`\``, ...sections].join('\n\n')}\n`
}

if (!process.argv.includes('--check')) {
  writeFileSync(page, render())
} else if (readFileSync(page, 'utf8') !== render()) {
  console.error('docs/cli.md differs from the help texts; run scripts/generate-cli.ts')
  process.exitCode = 1
}
