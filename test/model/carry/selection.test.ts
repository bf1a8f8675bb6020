import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import type { DumpEntry } from '../../../model/carry/entry.ts'
import { carriedObjects, placeKey } from '../../../model/carry/objects.ts'
import { selectEntries } from '../../../model/carry/selection.ts'

const entry = (
  id: number,
  kind: string,
  name: string,
  needs: number[],
  given: Partial<DumpEntry> = {},
): DumpEntry => ({
  ...{
    id,
    kind,
    schema: 'app',
    name,
    section: 'pre',
    sql: `MAKE ${kind} ${name};\n\n`,
    drop: `DROP ${kind} ${name};\n`,
  },
  ...{ owner: 'ana', tablespace: '', method: '', needs },
  ...given,
})

const ENTRIES = [
  entry(1, 'ENCODING', 'ENCODING', [], { schema: '' }),
  entry(2, 'SCHEMA', 'app', [], { schema: '' }),
  entry(3, 'SCHEMA', 'public', [], {
    schema: '',
    sql: '-- *not* creating schema, since initdb creates it\n\n',
  }),
  entry(4, 'TYPE', 'mood', [2]),
  entry(5, 'FUNCTION', 'unused()', [2]),
  entry(6, 'TABLE', 'a', [2, 4]),
  entry(7, 'TABLE', 'a b', [2]),
  entry(8, 'COMMENT', 'TABLE a', [6], { section: 'none' }),
  entry(9, 'VIEW', 'both', [6, 7]),
  entry(10, 'CONSTRAINT', 'a a_pkey', [6], { section: 'post' }),
  entry(11, 'CONSTRAINT', 'a b a_pkey', [7, 6], { section: 'post' }),
  entry(12, 'FK CONSTRAINT', 'a a_fkey', [6, 7, 11], { section: 'post' }),
  entry(13, 'TRIGGER', 'a touched', [6, 5], { section: 'post' }),
  entry(15, 'SEQUENCE', 'a_id_seq', [2, 6], { drop: '' }),
  entry(16, 'CAST', 'CAST (app.mood AS text)', [4], { schema: '' }),
  entry(14, 'COMMENT', 'CONSTRAINT a_pkey ON a', [10], { section: 'none' }),
]
const names = (entries: readonly DumpEntry[]) => entries.map(({ name }) => name)
const a = placeKey({ schema: 'app', name: 'a' })
const ab = placeKey({ schema: 'app', name: 'a b' })

suite('which objects are carried', () => {
  test('all but what every database has', () => {
    const { kept, broken } = selectEntries(ENTRIES, { without: new Set() })
    assert.deepEqual(
      names(kept),
      names(ENTRIES).filter(name => name !== 'ENCODING' && name !== 'public'),
    )
    assert.deepEqual(broken, [])
  })

  test('a named table with its parts and what these need, and no other object', () => {
    const { kept, broken } = selectEntries(ENTRIES, { tables: new Set([a]), without: new Set([ab]) })
    assert.deepEqual(names(kept), [
      'app',
      'mood',
      'unused()',
      'a',
      'TABLE a',
      'a a_pkey',
      'a touched',
      'a_id_seq',
      'CAST (app.mood AS text)',
      'CONSTRAINT a_pkey ON a',
    ])
    assert.deepEqual(
      broken.map(({ entry, needs }) => [entry.name, needs.name]),
      [['a a_fkey', 'a b']],
    )
  })

  test('of a schema all, without what stands on tables of others', () => {
    const elsewhere = entry(20, 'TABLE', 'x', [], { schema: 'other' })
    const onIt = entry(21, 'VIEW', 'of_x', [2, 20])
    const { kept, broken } = selectEntries([...ENTRIES, elsewhere, onIt], {
      ...{ schemas: new Set(['app']), without: new Set() },
    })
    assert.ok(names(kept).includes('both') && !names(kept).includes('x') && !names(kept).includes('of_x'))
    assert.deepEqual(
      broken.map(({ entry }) => entry.name),
      ['of_x'],
    )
  })

  test('without a table, what stands on it stays away as well', () => {
    const { kept, broken } = selectEntries(ENTRIES, { without: new Set([ab]) })
    assert.ok(!names(kept).includes('both') && !names(kept).includes('a b a_pkey'))
    assert.deepEqual(
      broken.map(({ entry }) => entry.name),
      ['both', 'a a_fkey'],
    )
  })
})

test('an object knows its table, when it is made and what takes it back', () => {
  const made = carriedObjects(
    ENTRIES,
    new Map([
      [a, 'app.a'],
      [ab, 'app.a b'],
    ]),
  )
  const told = (id: number) => {
    const { name, table, when, undo } = made[ENTRIES.findIndex(entry => entry.id === id)]!
    return [name, table, when, undo]
  }
  assert.deepEqual(told(4), ['mood', undefined, 'pre', ['DROP TYPE mood']])
  assert.deepEqual(told(6), ['a', 'app.a', 'pre', ['DROP TABLE a']])
  assert.deepEqual(told(10), ['a_pkey', 'app.a', 'table', []])
  assert.deepEqual(told(11), ['a_pkey', 'app.a b', 'table', []])
  assert.deepEqual(told(12), ['a_fkey', 'app.a', 'post', ['DROP FK CONSTRAINT a a_fkey']])
  assert.deepEqual(told(13), ['touched', 'app.a', 'post', []])
  assert.equal(told(14)[2], 'post')
})
