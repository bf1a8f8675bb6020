/** Guide 2 as one run each: users of the HR system, and the documents of the old system with their first versions. */
import assert from 'node:assert/strict'
import { cpSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import bcrypt from '@node-rs/bcrypt'
import { longhaul } from './cli.ts'
import { openWorld } from './world.ts'

const EXAMPLE = fileURLToPath(new URL('../../examples/legacy-documents', import.meta.url))

const world = await openWorld()
const target = await world.target(readFileSync(join(EXAMPLE, 'target.sql'), 'utf8'))
const folder = join(world.folder, 'legacy')
cpSync(EXAMPLE, folder, { recursive: true })
const run = (...words: string[]) => longhaul([...words], { env: world.stack.env, cwd: folder })

interface Document {
  result: { run: string; exit: number; differences: string[]; report: { json: string } }
}

const reportOf = (out: string) => {
  const { result } = JSON.parse(out) as Document
  return { result, report: JSON.parse(readFileSync(result.report.json, 'utf8')) }
}

test('users come with their role, a temporary password each, and nobody who is there changes', async () => {
  const said = await run('import', '--plan', 'users.yaml', '--to', target.url, '--json')
  assert.equal(said.status, 4, said.all)
  const { result, report } = reportOf(said.out)
  assert.deepEqual(
    await target.rows('SELECT id, username, full_name, role_id, is_active FROM users ORDER BY username'),
    [
      [1, 'admin', 'The admin', 4, true],
      [3, 'bob.johnson', 'Bob Johnson', 3, false],
      [4, 'jane.smith', 'Jane Smith', 2, true],
      [5, 'john.doe', 'John Doe', 1, true],
    ],
  )
  assert.deepEqual(
    report.intake.rejected.map(({ table, rule, rows }: Record<string, unknown>) => [table, rule, rows]),
    [['users', 'no-match', 1]],
  )
  const home = join(world.stack.env.LONGHAUL_HOME!, 'runs', result.run)
  const file = join(home, 'passwords.csv')
  assert.equal(statSync(file).mode & 0o777, 0o600)
  const [names, ...lines] = readFileSync(file, 'utf8')
    .split(/\r?\n/)
    .map(line => line.split(','))
  const [row] = await target.rows(`SELECT hashed_password FROM users WHERE username = 'john.doe'`)
  const password = lines.find(cells => cells.join().includes('john.doe'))![names!.indexOf('password')]!
  assert.ok(await bcrypt.compare(password, String(row![0])), 'the password of the list opens the door')
  for (const name of readdirSync(home).filter(name => /\.(json|md|html|log|sql)$/.test(name)))
    assert.ok(!readFileSync(join(home, name), 'utf8').includes(password), `${name} tells a password`)
})

test('documents come with their first version, and what breaks a rule is told by rule', async () => {
  const shown = await run('preview', 'documents.yaml', '--to', target.url, '--rows', '3')
  assert.equal(shown.status, 0, shown.all)
  assert.match(shown.out, /LEGACY-001/)
  assert.match(shown.out, /Effective/)
  assert.deepEqual(await target.rows('SELECT count(*)::int FROM documents'), [[0]])

  const said = await run('import', '--plan', 'documents.yaml', '--to', target.url, '--id', 'docs', '--json')
  assert.equal(said.status, 4, said.all)
  assert.deepEqual(
    await target.rows(
      `SELECT document_number, title, d.status, owner_id, department, version_number, content, is_latest
         FROM documents d JOIN document_versions v ON v.document_id = d.id ORDER BY 1`,
    ),
    [
      ['LEGACY-001', 'Quality manual', 'Effective', 5, 'Quality Assurance', 1, 'Chapter 1 …', true],
      ['LEGACY-002', 'Fire drill', 'Under Review', 4, 'Operations', 1, 'Keep calm and leave.', true],
      ['LEGACY-006', 'Canteen', 'Archived', 3, 'Operations', 1, 'Soup', true],
    ],
  )
  const { report } = reportOf(said.out)
  const ofDocuments = report.intake.tables.find(({ table }: { table: string }) => table === 'documents')
  assert.deepEqual(ofDocuments, {
    ...{ table: 'documents', read: 7, filtered: 0, duplicates: 1, rejected: 3, written: 3 },
  })
  assert.deepEqual(
    report.intake.rejected
      .filter(({ table }: { table: string }) => table === 'documents')
      .map(({ rule, rows }: { rule: string; rows: number }) => [rule, rows])
      .sort(),
    [
      ['no-match', 1],
      ['required', 1],
      ['unknown-value', 1],
    ],
  )
})

test('after the plan was corrected the rejected rows come as well, once', async () => {
  const plan = readFileSync(join(folder, 'documents.yaml'), 'utf8')
  writeFileSync(
    join(folder, 'corrected.yaml'),
    plan.replace('REJECTED: Rejected', 'REJECTED: Rejected\n          SHREDDED: Obsolete'),
  )
  const said = await run('replay', 'docs', '--plan', 'corrected.yaml', '--json')
  assert.equal(said.status, 4, said.all)
  assert.deepEqual(
    await target.rows(`SELECT document_number, status FROM documents WHERE status = 'Obsolete'`),
    [['LEGACY-005', 'Obsolete']],
  )
  assert.deepEqual(await target.rows('SELECT count(*)::int FROM document_versions'), [[4]])
  const again = await run('replay', 'docs', '--plan', 'corrected.yaml')
  assert.equal(again.status, 2, again.all)
  assert.match(again.err, /taken up by run docs\.again/)
})

test('a partial rollback removes what the run wrote and what hangs on it, and nothing else', async () => {
  await target.rows(
    `INSERT INTO documents (document_number, title, status, owner_id) VALUES ('NEW-1', 'Ours', 'Draft', 1)`,
  )
  await target.rows(
    `INSERT INTO comments (document_id, body) SELECT id, 'since then' FROM documents WHERE document_number IN ('NEW-1', 'LEGACY-001')`,
  )
  const first = await run('rollback', 'docs.again', '--yes')
  // Others have written meanwhile.
  assert.equal(first.status, 4, first.all)
  const refused = await run('rollback', 'docs', '--yes')
  assert.equal(refused.status, 3, refused.all)
  assert.match(refused.all, /1 row in public\.comments/)
  const said = await run('rollback', 'docs', '--yes', '--accept', 'rows-of-others')
  assert.equal(said.status, 4, said.all)
  assert.match(said.out, /others have written to it since/)
  assert.deepEqual(await target.rows('SELECT document_number FROM documents'), [['NEW-1']])
  assert.deepEqual(await target.rows('SELECT count(*)::int FROM document_versions'), [[0]])
  assert.deepEqual(await target.rows('SELECT body FROM comments'), [['since then']])
})
