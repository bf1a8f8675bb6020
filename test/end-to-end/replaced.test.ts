/** `--if-exists replace` over what an earlier run has made: all of it goes aside, and comes back with a rollback. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openWorld, type Target } from './world.ts'

const world = await openWorld()
const source = world.source(`
  CREATE TABLE users (id INTEGER PRIMARY KEY AUTOINCREMENT, email TEXT UNIQUE, name TEXT,
                      best INTEGER REFERENCES users (id));
  CREATE TABLE orders (id INTEGER PRIMARY KEY, user_id INTEGER NOT NULL REFERENCES users (id), total REAL);
  CREATE INDEX orders_user ON orders (user_id);
  CREATE VIEW totals AS SELECT user_id, total FROM orders;
  CREATE VIEW big AS SELECT u.name, t.total FROM users u JOIN totals t ON t.user_id = u.id;
  CREATE TRIGGER touch AFTER INSERT ON orders
    BEGIN UPDATE users SET name = name || '!' WHERE id = NEW.user_id; END;`)

const schema = (target: Target, ...flags: string[]) =>
  world.run(['schema', '--from', `sqlite:${source}`, '--to', target.url, ...flags])

/** Every relation and function with its identity: the same list means the same objects, and none beside them. */
const objects = (target: Target) =>
  target.rows(`
    SELECT oid::int, relnamespace::regnamespace::text || '.' || relname AS name FROM pg_class
     WHERE relnamespace::regnamespace::text ~ '^(public|longhaul_aside)' AND relkind <> 't'
     UNION ALL
    SELECT oid::int, pronamespace::regnamespace::text || '.' || proname FROM pg_proc
     WHERE pronamespace::regnamespace::text ~ '^(public|longhaul_aside)'
     ORDER BY 2`)

test('tables, views, triggers and their functions are replaced together, and a rollback brings the old ones back', async () => {
  const target = await world.target()
  const first = await schema(target, '--id', 'first')
  assert.equal(first.status, 0, first.all)
  const before = await objects(target)

  const second = await schema(target, '--if-exists', 'replace', '--id', 'second')
  assert.equal(second.status, 0, second.all)
  const names = (list: unknown[][]) => list.map(([, name]) => String(name))
  const now = names(await objects(target)).filter(name => name.startsWith('public.'))
  assert.deepEqual(now, names(before))
  await target.rows(`
    INSERT INTO users (email, name) VALUES ('a@example.org', 'Ada');
    INSERT INTO orders (id, user_id, total) SELECT 1, id, 9.5 FROM users; SELECT 1`)
  assert.deepEqual(await target.rows('SELECT * FROM big'), [['Ada!', 9.5]])

  const whole = await objects(target)
  const tooEarly = await world.run(['rollback', 'first', '--yes'])
  assert.equal(tooEarly.status, 3, tooEarly.all)
  assert.match(tooEarly.all, /run second came after it/)
  assert.deepEqual(await objects(target), whole)

  const back = await world.run(['rollback', 'second', '--yes', '--accept', 'rows-of-others'])
  assert.equal(back.status, 0, back.all)
  assert.deepEqual(await objects(target), before)
})

test('a view of somebody else on the table refuses the run, by its name', async () => {
  const target = await world.target()
  const first = await schema(target)
  assert.equal(first.status, 0, first.all)
  await target.rows('CREATE SCHEMA reports; CREATE VIEW reports.weekly AS SELECT total FROM public.orders')
  const before = await objects(target)
  const second = await schema(target, '--if-exists', 'replace', '--id', 'refused')
  assert.equal(second.status, 3, second.all)
  assert.match(second.all, /reports\.weekly/)
  assert.deepEqual(await objects(target), before)
})
