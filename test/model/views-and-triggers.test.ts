/** Which views and triggers a plan makes, in which order, and what it says of those that it does not. */
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import type { Plan } from '../../model/plan.ts'
import { existing, existingColumn, planOf, said } from './world.ts'

const T = 'CREATE TABLE t (id INTEGER PRIMARY KEY, n INTEGER, name TEXT);'
const viewsOf = ({ what }: Plan) => what.views.map(({ name }) => name)
const triggersOf = ({ what }: Plan) => what.triggers.map(({ name, on }) => `${name} on ${on.name}`)
const reasons = ({ what }: Plan) => Object.fromEntries(what.leftOut.map(({ name, reason }) => [name, reason]))
const noteOf = (plan: Plan, code: string) => plan.findings.find(finding => finding.code === code)

suite('views', () => {
  test('come after those that they read, whatever their names', () => {
    const plan = planOf(`${T}
      CREATE VIEW a AS SELECT * FROM "M"; CREATE VIEW m (i, label) AS SELECT id, name FROM z;
      CREATE VIEW z AS SELECT id, name FROM t WHERE n > 1;`)
    assert.deepEqual(viewsOf(plan), ['z', 'm', 'a'])
    assert.deepEqual(
      plan.what.views.map(({ columns }) => columns),
      [
        ['id', 'name'],
        ['i', 'label'],
        ['i', 'label'],
      ],
    )
    assert.deepEqual(said(plan), [])
  })

  test('that read each other are left out, and those on them', () => {
    const plan = planOf(`${T} CREATE VIEW a AS SELECT * FROM b; CREATE VIEW b AS SELECT * FROM a;
      CREATE VIEW c AS SELECT n FROM b; CREATE VIEW d AS SELECT n FROM t;`)
    assert.deepEqual(viewsOf(plan), ['d'])
    assert.match(reasons(plan).a!, /it reads the view b/)
    assert.match(reasons(plan).b!, /it reads itself, through a/)
    assert.match(reasons(plan).c!, /it reads the view b, which is not made/)
  })

  test('over a table that the plan leaves out are left out by name', () => {
    const plan = planOf(
      `${T} CREATE TABLE u (id INTEGER PRIMARY KEY);
      CREATE VIEW both AS SELECT t.id FROM t JOIN u USING (id); CREATE VIEW more AS SELECT * FROM both;`,
      {
        exclude: ['u'],
      },
    )
    assert.deepEqual(viewsOf(plan), [])
    assert.deepEqual(said(plan), [
      'incomplete view-not-translated view both',
      'incomplete view-not-translated view more',
    ])
    assert.match(reasons(plan).both!, /it reads the table u, which the plan leaves out/)
    assert.match(reasons(plan).more!, /it reads the view both, which is not made/)
    assert.match(plan.what.leftOut.find(({ name }) => name === 'both')!.sql, /^CREATE VIEW both/)
  })

  test('that have no equal do not stop others', () => {
    const plan = planOf(`${T} CREATE VIEW odd AS SELECT no_such_function(n) AS x FROM t;
      CREATE VIEW wide (a, b) AS SELECT n FROM t; CREATE VIEW fine AS SELECT n FROM t;`)
    assert.deepEqual(viewsOf(plan), ['fine'])
    assert.match(reasons(plan).wide!, /it names 2 columns and its query has 1/)
    assert.match(reasons(plan).odd!, /no_such_function/)
  })

  test('whose names PostgreSQL cannot hold get others, and are read under these', () => {
    const long = 'é'.repeat(40)
    const plan = planOf(`${T} CREATE VIEW "${long}" AS SELECT n AS "${long}" FROM t;
      CREATE VIEW on_it AS SELECT "${long}" FROM "${long}";`)
    const [first, second] = plan.what.views
    assert.equal(noteOf(plan, 'name-changed')!.object, `view ${long}`)
    assert.ok(second!.query.includes(first!.target.name) && second!.query.includes(first!.columns[0]!))
  })

  test('keep their names beside the names that are made up for keys', () => {
    const plan = planOf(`${T} CREATE VIEW t_pkey AS SELECT n FROM t;`)
    assert.equal(plan.what.views[0]!.target.name, 't_pkey')
    assert.notEqual(plan.what.tables[0]!.primaryKey!.name, 't_pkey')
  })

  test('that the target has beside tables that are loaded into stay as they are', () => {
    const columns = [existingColumn('n', 'bigint', { type: { kind: 'integer', bits: 64 } })]
    const plan = planOf('CREATE TABLE t (n INTEGER); CREATE VIEW v AS SELECT n FROM t;', {
      ifExists: 'use',
      target: { tables: [existing('t', columns)], relations: [{ name: 'v', kind: 'view' }] },
    })
    assert.deepEqual(viewsOf(plan), [])
    assert.deepEqual(said(plan), [])
    assert.equal(noteOf(plan, 'view-exists')!.object, 'view v')
  })

  test('are not made, and not missed, where only rows are copied', () => {
    const columns = [existingColumn('n', 'bigint', { type: { kind: 'integer', bits: 64 } })]
    const plan = planOf('CREATE TABLE t (n INTEGER); CREATE VIEW v AS SELECT n FROM t;', {
      scope: 'data',
      target: { tables: [existing('t', columns)] },
    })
    assert.deepEqual(viewsOf(plan), [])
    assert.equal(noteOf(plan, 'view-not-translated')!.severity, 'note')
  })
})

suite('triggers', () => {
  const COUNT = 'BEGIN UPDATE t SET n = n + 1 WHERE id = NEW.id; END;'

  test('stand on tables that are made and on views', () => {
    const plan = planOf(`${T} CREATE VIEW v AS SELECT id, n FROM t;
      CREATE TRIGGER counted AFTER INSERT ON T ${COUNT}
      CREATE TRIGGER through INSTEAD OF UPDATE ON v ${COUNT}
      CREATE TRIGGER named AFTER UPDATE OF name, "N" ON t WHEN NEW.n > 1 ${COUNT}`)
    assert.deepEqual(triggersOf(plan), ['counted on t', 'through on v', 'named on t'])
    assert.deepEqual(plan.what.triggers[2]!.columns, ['name', 'n'])
    assert.deepEqual(said(plan), [])
  })

  test('are left out with their table, or because it was there before', () => {
    const source = `${T} CREATE TRIGGER counted AFTER INSERT ON t ${COUNT}`
    const skipped = planOf(source, { exclude: ['t'] })
    assert.deepEqual(triggersOf(skipped), [])
    assert.equal(reasons(skipped).counted, 'the plan leaves its table out')
    assert.ok(!said(skipped).some(line => line.includes('trigger')))

    const columns = [
      existingColumn('id', 'bigint', { type: { kind: 'integer', bits: 64 } }),
      existingColumn('n', 'bigint', { type: { kind: 'integer', bits: 64 } }),
      existingColumn('name', 'text', { type: { kind: 'text' } }),
    ]
    const used = planOf(source, { ifExists: 'use', target: { tables: [existing('t', columns)] } })
    assert.ok(said(used).includes('incomplete trigger-not-translated trigger counted'))
    const there = existing('t', columns, { triggers: ['counted'] })
    const kept = planOf(source, { ifExists: 'use', target: { tables: [there] } })
    assert.ok(!said(kept).some(line => line.includes('trigger-not-translated')))
    assert.equal(noteOf(kept, 'trigger-exists')!.object, 'trigger counted')
  })

  test('that PostgreSQL has no kind for are left out with the reason', () => {
    const plan =
      planOf(`${T} CREATE VIEW v AS SELECT id, n FROM t; CREATE VIEW odd AS SELECT nope(n) AS n FROM t;
      CREATE TRIGGER some INSTEAD OF UPDATE OF n ON v ${COUNT}
      CREATE TRIGGER gone INSTEAD OF UPDATE ON odd ${COUNT}`)
    assert.deepEqual(triggersOf(plan), [])
    assert.match(reasons(plan).some!, /INSTEAD OF trigger for updates of some columns only/)
    assert.match(reasons(plan).gone!, /the view odd, which is not made/)
  })

  test('give way to functions of the target, and say in which order they fire', () => {
    const plan = planOf(
      `${T} CREATE TRIGGER one AFTER INSERT ON t ${COUNT} CREATE TRIGGER two AFTER INSERT ON t ${COUNT}`,
      { target: { functions: ['one'] } },
    )
    assert.notEqual(plan.what.triggers[0]!.target, 'one')
    assert.equal(plan.what.triggers[1]!.target, 'two')
    assert.match(noteOf(plan, 'trigger-order')!.message, /2 triggers fire AFTER INSERT on t/)
  })
})
