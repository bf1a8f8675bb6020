/** What people write by hand in an afternoon: a loop over the rows, and INSERTs of many rows each. */
import { fileURLToPath } from 'node:url'
import { afterwards } from '../script.ts'
import type { Extra, Stage, Trial } from '../trial.ts'
import { PSQL } from './pipe.ts'
import { missing, python, version } from './programs.ts'

export const NODE_SCRIPT: Trial = {
  name: 'node-script',
  title: 'a Node.js script, INSERTs of many rows',
  source: 'documents',
  missing: () => missing('psql'),
  run: stage => byScript(stage, process.execPath, 'insert.ts'),
}

export const PYTHON_SCRIPT: Trial = {
  name: 'python-script',
  title: 'a Python script, execute_values',
  source: 'documents',
  missing: async () => {
    if (!(await version(python()))) return 'Python is not installed'
    const driver = await version(python(), ['-c', 'import psycopg2; print(psycopg2.__version__)'])
    return driver ? missing('psql') : 'the Python at hand has no psycopg2 (PYTHON=… names another one)'
  },
  run: stage => byScript(stage, python(), 'insert.py'),
}

async function byScript({ source, script, command }: Stage, program: string, name: string): Promise<Extra> {
  await command('psql', PSQL, { input: script.tables })
  await command(program, [fileURLToPath(new URL(`../peers/${name}`, import.meta.url)), source.path])
  await command('psql', PSQL, { input: afterwards(script) })
  return {}
}
