/** Guide 2 by the engine, with a server as the target: numbers of its sequences, its roles and users, its rules. */
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import pg from 'pg'
import { suggestMapping } from '../../../activities/mapping/suggest-mapping.ts'
import { parsePlanFile } from '../../../model/planfile-parse.ts'
import { startPostgres } from '../../support/postgres.ts'
import { scene } from './mapped.ts'

const server = await startPostgres()
const client = new pg.Client({ connectionString: server.url })
await client.connect()
after(async () => {
  await client.end()
  await server.stop()
})

await client.query(`
  CREATE TABLE roles (id serial PRIMARY KEY, name text NOT NULL UNIQUE);
  INSERT INTO roles (name) VALUES ('Author'), ('Reviewer');
  CREATE TABLE users (id serial PRIMARY KEY, username text NOT NULL UNIQUE, hashed_password text NOT NULL,
    role_id integer NOT NULL REFERENCES roles (id), is_active boolean NOT NULL DEFAULT true);
  INSERT INTO users (username, hashed_password, role_id) VALUES ('admin', '-', 1), ('old_user_1', '-', 1);
  CREATE TYPE level AS ENUM ('Low', 'High');
  CREATE TABLE documents (id integer GENERATED ALWAYS AS IDENTITY (START 100 INCREMENT 10) PRIMARY KEY,
    document_number varchar(20) NOT NULL UNIQUE, title text NOT NULL, description text,
    status text NOT NULL CHECK (status IN ('Draft', 'Under Review', 'Effective')),
    owner_id integer NOT NULL REFERENCES users (id), created_at timestamptz, updated_at timestamptz, department text, level level);
  CREATE TABLE document_versions (id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    document_id integer NOT NULL REFERENCES documents (id), version_number integer NOT NULL, content text,
    created_by_id integer NOT NULL REFERENCES users (id), is_latest boolean NOT NULL DEFAULT true);`)

const target = { kind: 'postgres' as const, connection: server.url, schema: 'public' }

const LEGACY = `
  CREATE TABLE legacy_export (doc_id, doc_title, doc_desc, doc_status, created_by_user, created_date, updated_date, doc_content, department);
  INSERT INTO legacy_export VALUES
    ('L-1', 'One', NULL, 'DRAFT', 'old_user_1', '2024-02-20 10:30:00', '21.02.2024 10:30', 'text', NULL),
    ('L-2', NULL, NULL, 'DRAFT', 'old_user_1', '2024-02-20 10:30:00', '21.02.2024 10:30', 'text', NULL),
    ('L-3', 'Three', NULL, 'PUBLISHED', 'old_user_1', '2024-02-20 10:30:00', '21.02.2024 10:30', 'text', 'QA'),
    ('L-4', 'Four', NULL, 'REVIEW', 'old_user_1', '2024-07-20 10:30:00', '21.02.2024 10:30', '', 'QA'),
    ('L-5', 'Five', NULL, 'REVIEW', 'old_user_9', '2024-07-20 10:30:00', '21.02.2024 10:30', '', 'QA');`

test('users of a list get the role of that name and a password; roles that are not there are told', async () => {
  using here = scene(
    `CREATE TABLE users (username, role_name, is_active);
     INSERT INTO users VALUES ('john.doe', 'Author', 'true'), ('eve', 'Archivist', 'true'), ('jane', 'Reviewer', 'FALSE');`,
    target,
  )
  await here.map(`
  users:
    from: users
    columns:
      username: username
      role_id: { from: role_name, lookup: { in: roles, match: name, give: id } }
      is_active: is_active
      hashed_password: { password: { cost: 4 } }`)
  assert.deepEqual(here.image('SELECT username, role_id, is_active FROM users'), [
    { username: 'john.doe', role_id: 1, is_active: 1 },
    { username: 'jane', role_id: 2, is_active: 0 },
  ])
  assert.deepEqual(
    here.rejected().map(({ key, rule }) => [key, rule]),
    [['username = eve', 'no-match']],
  )
  assert.equal(here.passwords().length, 2)
})

test('documents get numbers of the sequence, a first version each, and only owners that are there', async () => {
  using here = scene(LEGACY, target)
  const mapping = `
  documents:
    from: legacy_export
    columns:
      id: { generate: true }
      document_number: doc_id
      title: { from: doc_title, required: true }
      description: doc_desc
      status: { from: doc_status, values: { DRAFT: Draft, REVIEW: Under Review, PUBLISHED: Effective } }
      owner_id: { from: created_by_user, values: { old_user_1: 2, old_user_9: 9 } }
      created_at: { from: created_date, zone: Europe/Berlin }
      updated_at: { from: updated_date, date: 'DD.MM.YYYY HH:mm', zone: UTC }
      department: { from: department, default: Uncategorized }
  document_versions:
    from: legacy_export
    with: documents
    columns:
      id: { generate: true }
      document_id: { of: documents, column: id }
      version_number: { constant: 1 }
      content: doc_content
      created_by_id: { of: documents, column: owner_id }`
  await here.map(mapping, { mode: 'preflight' })
  const planned = here.image(
    'SELECT id, document_number, status, owner_id, created_at, department FROM documents',
  )
  assert.deepEqual(planned, [
    {
      id: 100,
      document_number: 'L-1',
      status: 'Draft',
      owner_id: 2,
      created_at: '2024-02-20 09:30:00Z',
      department: 'Uncategorized',
    },
    {
      id: 110,
      document_number: 'L-3',
      status: 'Effective',
      owner_id: 2,
      created_at: '2024-02-20 09:30:00Z',
      department: 'QA',
    },
    {
      id: 120,
      document_number: 'L-4',
      status: 'Under Review',
      owner_id: 2,
      created_at: '2024-07-20 08:30:00Z',
      department: 'QA',
    },
  ])
  assert.deepEqual(
    here
      .rejected()
      .filter(({ table }) => table === 'documents')
      .map(({ key, rule }) => [key, rule]),
    [
      ['doc_id = L-2', 'required'],
      ['doc_id = L-5', 'no-parent'],
    ],
  )
  const { rows } = await client.query("SELECT nextval(pg_get_serial_sequence('documents', 'id'))::int AS id")
  assert.deepEqual(rows, [{ id: 100 }], 'a dry run takes no number')

  using again = scene(LEGACY, target)
  await again.map(mapping)
  assert.deepEqual(
    again.image(
      'SELECT d.id, v.version_number, v.created_by_id FROM documents d JOIN document_versions v ON v.document_id = d.id',
    ),
    [110, 120, 130].map(id => ({ id, version_number: 1, created_by_id: 2 })),
  )
  assert.match(
    String(Object.values(again.image('SELECT id FROM document_versions')[0]!)[0]),
    /^[0-9a-f-]{36}$/,
  )
})

test('the mapping of the guide is suggested but for what only people know', async () => {
  using here = scene(LEGACY, target)
  await suggestMapping({
    home: here.beside,
    run: '00000000-0000-4000-8000-000000000000',
    stage: `${here.folder}/stage.db`,
    target,
  })
  const { yaml, gaps } = here.artifact('suggestion') as { yaml: string; gaps: string[] }
  assert.deepEqual(gaps, [
    'documents.status: what becomes of PUBLISHED? The target knows Draft, Under Review, Effective; until then such rows are rejected',
  ])
  const { file, mistakes } = parsePlanFile(yaml, 'suggested.yaml')
  assert.deepEqual(mistakes, [])
  assert.deepEqual(file!.mapping!.documents![0]!.columns, {
    id: { generate: true },
    document_number: { from: 'doc_id', required: true },
    title: { from: 'doc_title', required: true },
    description: { from: 'doc_desc' },
    status: { from: 'doc_status', values: { DRAFT: 'Draft', REVIEW: 'Under Review' }, required: true },
    owner_id: {
      from: 'created_by_user',
      lookups: [{ in: { target: 'users' }, match: 'username', give: 'id' }],
      required: true,
    },
    created_at: { from: 'created_date' },
    updated_at: { from: 'updated_date', date: 'DD.MM.YYYY HH:mm' },
    department: { from: 'department' },
  })
  const [versions] = file!.mapping!.document_versions!
  assert.equal(versions!.with, 'documents')
  assert.deepEqual(versions!.columns.document_id, { of: { table: 'documents', column: 'id' } })
  assert.deepEqual(versions!.columns.content, { from: 'doc_content' })
  const { tables } = await here.map(yaml.slice(yaml.indexOf('mapping:\n') + 'mapping:'.length), {
    mode: 'preflight',
  })
  assert.deepEqual(tables[0], {
    table: 'documents',
    read: 5,
    filtered: 0,
    duplicates: 0,
    rejected: 3,
    written: 2,
  })
})
