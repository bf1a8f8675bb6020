/** Replacing tables on which something stands: what the plan makes anew goes aside with them, all else refuses. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TargetDescription } from '../../model/target.ts'
import { existing, planOf, said } from './world.ts'

const SQL = `
  CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT);
  CREATE TABLE posts (id INTEGER PRIMARY KEY, author INTEGER REFERENCES users (id));
  CREATE INDEX posts_author ON posts (author);
  CREATE VIEW names AS SELECT name FROM users;
  CREATE VIEW short AS SELECT name FROM names;
  CREATE TRIGGER keep BEFORE DELETE ON users BEGIN SELECT RAISE(ABORT, 'kept'); END;`

const here = (name: string) => ({ schema: 'public', name })

/** What the first run of this very source has made. */
function before(given: Partial<TargetDescription> = {}): Partial<TargetDescription> {
  const referencedBy = [{ schema: 'public', table: 'posts', name: 'posts_author_fkey' }]
  return {
    tables: [existing('users', [], { referencedBy, views: [here('names')] }), existing('posts', [])],
    relations: [
      { name: 'users_pkey', kind: 'index', table: 'users' },
      { name: 'posts_author', kind: 'index', table: 'posts' },
      { name: 'names', kind: 'view' },
      { name: 'short', kind: 'view' },
    ],
    views: [
      { name: 'names', owns: true, readBy: [here('short')] },
      { name: 'short', owns: true, readBy: [] },
    ],
    functions: ['keep'],
    triggerFunctions: [{ name: 'keep', owns: true, on: [here('users')] }],
    ...given,
  }
}

const replaced = (target: Partial<TargetDescription>) => planOf(SQL, { target, ifExists: 'replace' })
const refusals = (target: Partial<TargetDescription>) =>
  said(replaced(target)).filter(line => line.startsWith('refused'))

test('a second run over what the first has made replaces all of it, under the same names', () => {
  const plan = replaced(before())
  assert.deepEqual(refusals(before()), [])
  const { tables, views, triggers } = plan.what
  assert.deepEqual(
    tables.map(({ action }) => action),
    ['replace', 'replace'],
  )
  assert.deepEqual(
    views.map(({ target, replaces }) => [target.name, replaces]),
    [
      ['names', true],
      ['short', true],
    ],
  )
  assert.deepEqual(
    triggers.map(({ target, replaces }) => [target, replaces]),
    [['keep', true]],
  )
  assert.equal(tables.flatMap(({ indexes }) => indexes)[0]!.name, 'posts_author')
  assert.deepEqual(
    said(plan, true).filter(line => line.includes('name-changed')),
    [],
  )
})

test('in an empty target nothing is replaced', () => {
  const { views, triggers } = replaced({}).what
  assert.deepEqual(
    [...views, ...triggers].filter(({ replaces }) => replaces !== undefined),
    [],
  )
})

test('a view of others on a table or on a view that is replaced refuses the run', () => {
  const mine = { schema: 'reports', name: 'weekly' }
  const [users, posts] = before().tables!
  assert.deepEqual(refusals(before({ tables: [users!, { ...posts!, views: [mine] }] })), [
    'refused replace-has-dependents table posts',
  ])
  const views = before().views!.map(view => ({ ...view, readBy: [...view.readBy, mine] }))
  assert.deepEqual(refusals(before({ views })), [
    'refused replace-has-dependents view names',
    'refused replace-has-dependents view short',
  ])
})

test('a foreign key of a table that stays refuses the run', () => {
  const referencedBy = [{ schema: 'public', table: 'invoices', name: 'payer' }]
  const [users, posts] = before().tables!
  const plan = replaced(before({ tables: [{ ...users!, referencedBy }, posts!] }))
  const refused = plan.findings.find(({ severity }) => severity === 'refused')
  assert.match(refused!.message, /public\.invoices\.payer/)
})

test('a function that other triggers call stays, and the new one gets another name', () => {
  const triggerFunctions = [{ name: 'keep', owns: true, on: [here('users'), here('audit')] }]
  const [trigger] = replaced(before({ triggerFunctions })).what.triggers
  assert.notEqual(trigger!.target, 'keep')
  assert.equal(trigger!.replaces, undefined)
})

test('what belongs to another role cannot be moved', () => {
  const views = before().views!.map(view => ({ ...view, owns: view.name !== 'short' }))
  const triggerFunctions = before().triggerFunctions!.map(f => ({ ...f, owns: false }))
  assert.deepEqual(refusals(before({ views, triggerFunctions })), [
    'refused not-owner trigger keep',
    'refused not-owner view short',
  ])
})
