/** What a mapping leaves open is told before anything runs: all of it, with lines. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { coverageMistakes } from '../../../model/mapping/coverage.ts'
import { mappingOrder } from '../../../model/mapping/order.ts'
import type { MappingTable } from '../../../model/mapping/target.ts'
import { parsePlanFile } from '../../../model/planfile-parse.ts'

const column = (name: string, more: Partial<MappingTable['columns'][number]> = {}) => ({
  ...{ name, notNull: false, filled: false, generated: false },
  ...more,
})

const TARGET: MappingTable[] = [
  {
    name: 'documents',
    columns: [
      column('id', { notNull: true, filled: true }),
      column('title', { notNull: true }),
      column('owner_id', { notNull: true }),
      column('search', { generated: true }),
      column('note'),
    ],
    keys: [['id']],
    foreignKeys: [{ columns: ['owner_id'], table: 'users', references: ['id'] }],
  },
  { name: 'users', columns: [column('id'), column('old_id')], keys: [], foreignKeys: [] },
]

const SOURCE: Record<string, string[]> = {
  docs: ['doc_id', 'doc_title', 'who', 'flag'],
  people: ['id', 'who'],
}

function mistakes(mapping: string, makes = false): string[] {
  const { file, mistakes } = parsePlanFile(`version: 1\nmapping:\n${mapping}`, 'plan.yaml')
  assert.deepEqual(mistakes, [])
  const sides = {
    columnsOf: ({ from }: { from: object }) =>
      ('tables' in from && SOURCE[(from.tables as string[])[0]!]) || {
        problem: 'the source has no such table',
      },
    sources: Object.keys(SOURCE),
    columnsOfSource: (table: string) => SOURCE[table],
    columnsOfFile: (path: string) =>
      path === 'there.csv' ? ['old', 'new'] : { problem: `there is no file ${path}` },
    targets: TARGET,
    makes,
  }
  return coverageMistakes(file!.mapping!, sides, file!).map(
    ({ line, column, path, message, remedy }) => `${line}:${column} ${path}: ${message}. ${remedy}`,
  )
}

test('all that is wrong is told at once, in the order of the lines', () => {
  const told = mistakes(`
  documents:
    from: docs
    where: 'flg != "x"'
    columns:
      titel: doc_title
      search: { expression: 'size(doc_title' }
      owner_id: { from: whoo, lookup: { in: user, match: old_id, give: id } }
      note: { from: doc_id, date: 'HH:mm', zone: Mars }
`)
  assert.deepEqual(told, [
    '6:5 mapping.documents.where: there is no column flg in the source. Did you mean flag?',
    '7:5 mapping.documents.columns: the column who of the source goes nowhere. Map it, or add it to `drop: [who]`',
    '7:5 mapping.documents.columns: the column flag of the source goes nowhere. Map it, or add it to `drop: [flag]`',
    '7:5 mapping.documents.columns: the target needs a value of title, and none is mapped. Add a line for title',
    '8:7 mapping.documents.columns.titel: the table of the target has no such column. Did you mean title?',
    '9:7 mapping.documents.columns.search: the target computes this column. Take the line out',
    '9:7 mapping.documents.columns.search: expected RPAREN, got EOF. Look the language up under "Mapping" in the manual',
    '10:7 mapping.documents.columns.owner_id: the source has no column whoo. Did you mean who?',
    '10:7 mapping.documents.columns.owner_id: the target has no table user. Did you mean users?',
    '11:7 mapping.documents.columns.note: this is no format of a date. Write it as in DD.MM.YYYY HH:mm:ss, with year, month and day',
    '11:7 mapping.documents.columns.note: no time zone has this name. Write it as in Europe/Berlin or UTC',
  ])
})

test('a column counts as taken where another table takes it from the same rows, or a condition reads it', () => {
  const told = mistakes(
    `
  documents: { from: docs, where: 'flag == null', columns: { title: doc_title, owner_id: { from: who, lookup: { in: { source: people }, match: who, give: id } } } }
  versions: { from: docs, with: documents, columns: { document: { of: documents, column: title }, number: doc_id } }
`,
    true,
  )
  assert.deepEqual(told, [])
})

test('tables, files, and rows to go with have to be there', () => {
  const told = mistakes(`
  documents: { from: doks, columns: { title: x, owner_id: y } }
  versions: { from: docs, with: documents, columns: { a: { of: users, column: id }, b: { from: who, lookup: { in: { file: gone.csv }, match: a, give: b } } }, drop: [doc_id, doc_title, flag] }
`)
  assert.deepEqual(
    told.map(line => line.replace(/^\S+ /, '')),
    [
      'mapping.documents.from: the source has no such table. The source has docs, people',
      'mapping.versions: the target has no such table. It has documents, users',
      'mapping.versions.with: no rows of that table come from the same source. Name a table of the mapping with the same `from`, without `each`',
      'mapping.versions.columns.a: users is not the table that this one goes with. Write `with: users` beside columns',
      'mapping.versions.columns.b: there is no file gone.csv. Put the file beside the plan file, or correct its name',
    ],
  )
})

test('several sources of one table give the same columns', () => {
  const told = mistakes(`
  users:
    - { from: docs, columns: { id: doc_id, old_id: who }, drop: [doc_title, flag] }
    - { from: people, columns: { id: id }, drop: [who] }
`)
  assert.equal(told.length, 1)
  assert.match(
    told[0]!,
    /^6:7 mapping\.users\[1\]: other sources of this table give it old_id, and this one does not/,
  )
})

test('a table comes after those that its rows are looked up in; in a circle nobody can be first', () => {
  const order = (mapping: string) =>
    mappingOrder(parsePlanFile(`version: 1\nmapping:\n${mapping}`, 'p').file!.mapping!, TARGET)
  const lookup = (table: string) => `{ from: x, lookup: { in: ${table}, match: a, give: b } }`
  assert.deepEqual(
    order(`  a: { from: s, columns: { x: ${lookup('b')} } }\n  b: { from: s, columns: { x: y } }`),
    {
      order: ['b', 'a'],
      cycles: [],
    },
  )
  assert.deepEqual(
    order(`  documents: { from: s, columns: { x: y } }\n  users: { from: s, columns: { x: y } }`).order,
    ['users', 'documents'],
  )
  assert.deepEqual(order(`  a: { from: s, columns: { x: ${lookup('a')} } }`).cycles, ['a'])
})
