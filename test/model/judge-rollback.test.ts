/** What goes of a table that stays: in doubt nothing. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type TableFacts, takingOf } from '../../model/judge-rollback.ts'

const facts = (more: Partial<TableFacts>): TableFacts => ({
  ...{
    name: 't',
    target: 'public.t',
    made: false,
    there: true,
    rows: 5,
    own: 0,
    written: 5,
    before: 0,
    noted: 0,
  },
  ...more,
})
const unknown = 'this database is a copy'

test('as many rows as the run wrote are its own only where none were there before', () => {
  assert.equal(takingOf(facts({ unknown }), { kind: 'all' }), 'every')
  for (const doubt of [{ before: 2 }, { unnoted: true }, { rows: 6 }] as const)
    assert.equal(typeof takingOf(facts({ unknown, ...doubt }), { kind: 'all' }), 'object')
})
