/** Views: their rows in PostgreSQL are those of SQLite. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { type Both, type Engines, startEngines } from './both-engines.ts'

let engines: Engines
before(async () => {
  engines = await startEngines()
})
after(() => engines?.stop())

const SHOP = `
  CREATE TABLE customers (id INTEGER PRIMARY KEY, name TEXT NOT NULL, email TEXT COLLATE NOCASE UNIQUE,
    active BOOLEAN NOT NULL DEFAULT 1, city TEXT, created_at DATETIME);
  CREATE TABLE products (id INTEGER PRIMARY KEY, sku TEXT UNIQUE, title TEXT, price REAL, stock INTEGER);
  CREATE TABLE orders (id INTEGER PRIMARY KEY, customer_id INTEGER REFERENCES customers (id),
    status TEXT, paid BOOLEAN, placed_on DATE);
  CREATE TABLE items (order_id INTEGER REFERENCES orders (id), line INTEGER, product_id INTEGER REFERENCES products (id),
    quantity INTEGER, price REAL, PRIMARY KEY (order_id, line));
  CREATE TABLE places (id INTEGER PRIMARY KEY, parent_id INTEGER, name TEXT);
  INSERT INTO customers VALUES (1, 'Zoe', 'zoe@example.org', 1, 'Bern', '2024-01-05 10:00:00'),
    (2, 'adam', 'Adam@example.org', 0, NULL, '2024-02-29 23:59:59'), (3, 'Ähmed', NULL, 1, 'Bern', NULL),
    (4, 'Bo', 'bo@example.org', 1, 'Oslo', '2023-12-31 00:00:00');
  INSERT INTO products VALUES (1, 'A-1', 'Lamp', 10.5, 3), (2, 'B-2', 'Chair', 99.25, 0), (3, 'C-3', NULL, NULL, NULL);
  INSERT INTO orders VALUES (1, 1, 'open', 0, '2024-03-01'), (2, 1, 'done', 1, '2024-03-02'), (3, 2, 'done', 1, NULL),
    (4, NULL, 'open', NULL, '2024-01-31');
  INSERT INTO items VALUES (1, 1, 1, 2, 10.5), (1, 2, 2, 1, 99.25), (2, 1, 1, 4, 9.75), (3, 1, 2, 1, 90.0);
  INSERT INTO places VALUES (1, NULL, 'World'), (2, 1, 'Europe'), (3, 2, 'Norway'), (4, 1, 'Asia'), (5, 9, 'Lost');`

/** Views by what they show; each is called `v`, and its rows are compared in this order. */
const CASES: Record<string, string | [view: string, order: string]> = {
  'all columns': 'SELECT * FROM customers',
  'some columns under other names': 'SELECT name AS "the name", id "ID", [city] FROM customers c',
  'names that SQLite makes of expressions': 'SELECT price*2, count(*)  , "title" FROM products GROUP BY 1, 3',
  'a name as the table has it': 'SELECT NAME, Customers.ID FROM customers',
  'the row number': 'SELECT rowid, oid AS other, name FROM customers WHERE _rowid_ > 1',
  'columns of one name': 'SELECT * FROM customers JOIN orders ON orders.customer_id = customers.id',
  'an inner join': 'SELECT c.name, o.status FROM customers c JOIN orders o ON o.customer_id = c.id',
  'a comma join': 'SELECT c.name, o.status FROM customers c, orders o WHERE o.customer_id = c.id',
  'a left join':
    'SELECT c.name, o.id, o.paid FROM customers c LEFT JOIN orders o ON o.customer_id = c.id AND o.paid',
  'a right join': 'SELECT c.name, o.id FROM customers c RIGHT JOIN orders o ON o.customer_id = c.id',
  'a full join': 'SELECT c.name, o.id FROM customers c FULL OUTER JOIN orders o ON o.customer_id = c.id',
  USING: 'SELECT * FROM items JOIN (SELECT id AS order_id, status FROM orders) USING (order_id)',
  'a right join USING':
    'SELECT order_id, * FROM (SELECT * FROM items WHERE order_id < 2) a RIGHT JOIN (SELECT id AS order_id FROM orders) b USING (order_id)',
  'a natural join': 'SELECT * FROM orders NATURAL JOIN (SELECT id, name AS label FROM places)',
  'a join in parentheses':
    'SELECT c.name, i.line FROM customers c LEFT JOIN (orders o JOIN items i ON i.order_id = o.id) ON o.customer_id = c.id',
  'a table beside itself':
    'SELECT a.name, b.name AS parent FROM places a JOIN places b ON b.id = a.parent_id',
  'a subquery with the names of its outside':
    'SELECT name, (SELECT count(*) FROM places WHERE parent_id = p.id) AS children FROM places p',
  'a column of an outer table of the same name':
    'SELECT id FROM places WHERE EXISTS (SELECT 1 FROM places AS inside WHERE inside.parent_id = places.id)',
  'IN with a query':
    "SELECT name FROM customers WHERE id IN (SELECT customer_id FROM orders WHERE status = 'open')",
  'NOT EXISTS':
    'SELECT name FROM customers WHERE NOT EXISTS (SELECT 1 FROM orders WHERE orders.customer_id = customers.id)',
  'the first row of several':
    'SELECT name, (SELECT status FROM orders ORDER BY id DESC) AS last FROM customers',
  aggregates:
    'SELECT count(*) AS n, sum(quantity) AS q, min(price) AS low, max(price) AS high, avg(quantity) AS mean FROM items',
  'aggregates of nothing': 'SELECT count(*) AS n, sum(quantity) AS q, total(price) AS t FROM items WHERE 0',
  'a sum of booleans': 'SELECT sum(active) AS active, sum(NOT active) AS gone, count(*) FROM customers',
  'groups with a condition':
    'SELECT customer_id, count(*) AS n FROM orders GROUP BY customer_id HAVING n > 1 OR customer_id IS NULL',
  'groups by position and by alias':
    "SELECT strftime('%Y-%m', placed_on) AS month, status, count(*) AS n FROM orders GROUP BY month, 2",
  'groups by an expression': 'SELECT quantity % 2 AS odd, sum(price) AS p FROM items GROUP BY quantity % 2',
  'columns that the primary key determines':
    'SELECT c.id, c.name, c.city, count(o.id) AS orders FROM customers c LEFT JOIN orders o ON o.customer_id = c.id GROUP BY c.id',
  'columns of a joined parent':
    'SELECT o.id, c.name, sum(i.quantity * i.price) AS total FROM orders o JOIN customers c ON c.id = o.customer_id JOIN items i ON i.order_id = o.id GROUP BY o.id',
  'columns of a parent that may be missing':
    'SELECT o.id, c.name, c.city, count(i.line) AS lines FROM orders o LEFT JOIN customers c ON o.customer_id = c.id LEFT JOIN items i ON i.order_id = o.id GROUP BY o.id',
  'a determined column in a query inside':
    'SELECT c.id, (SELECT max(placed_on) FROM orders WHERE customer_id = c.id AND c.active) AS last, count(*) AS n FROM customers c LEFT JOIN orders o ON o.customer_id = c.id GROUP BY c.id',
  'columns that a key determines on a side that may be missing':
    'SELECT o.id, o.status, count(*) AS n FROM customers c LEFT JOIN orders o ON o.customer_id = c.id GROUP BY o.id',
  'a full join with more conditions':
    "SELECT c.name, o.id FROM customers c FULL JOIN orders o ON o.customer_id = c.id AND o.status = 'done' AND o.id > c.id",
  'comparisons as of columns of a query':
    "SELECT n FROM (SELECT count(*) AS n, max(name) AS top FROM customers GROUP BY active) WHERE n > 1 AND top > 'A'",
  'times of a query in FROM':
    "SELECT day FROM (SELECT placed_on AS day FROM orders) WHERE day >= '2024-03-01'",
  'the row of a maximum':
    'SELECT customer_id, max(id) AS last, status, paid FROM orders GROUP BY customer_id',
  'the row of a minimum of texts': 'SELECT min(name) AS first, id, city FROM customers',
  'HAVING without groups': 'SELECT count(*) AS n FROM orders HAVING count(*) > 1',
  DISTINCT: 'SELECT DISTINCT status FROM orders',
  'DISTINCT in order': ['SELECT DISTINCT city AS c, active FROM customers ORDER BY city DESC, 2', 'kept'],
  'an order by bytes': ['SELECT name FROM customers ORDER BY name', 'kept'],
  'an order without case': ['SELECT name FROM customers ORDER BY name COLLATE NOCASE DESC', 'kept'],
  'an order by the column’s collation': ['SELECT id, email FROM customers ORDER BY email', 'kept'],
  'NULL first, and last': ['SELECT id, city FROM customers ORDER BY city, id DESC', 'kept'],
  'NULLS LAST': ['SELECT id, city FROM customers ORDER BY city NULLS LAST, id', 'kept'],
  'an order by alias, position and expression': [
    'SELECT id AS n, -id AS name FROM customers ORDER BY name, 1, length(city)',
    'kept',
  ],
  'an order by an aggregate': [
    'SELECT status FROM orders GROUP BY status ORDER BY count(*) DESC, status',
    'kept',
  ],
  LIMIT: ['SELECT id FROM customers ORDER BY id LIMIT 2 OFFSET 1', 'kept'],
  'a LIMIT that is none': ['SELECT id FROM customers ORDER BY id LIMIT -1 OFFSET 2', 'kept'],
  UNION: "SELECT name FROM customers UNION SELECT title FROM products UNION SELECT 'Bo'",
  'UNION ALL with literals':
    "SELECT 'customer' AS kind, id, name, active FROM customers UNION ALL SELECT 'product', id, title, 1 FROM products",
  'UNION with NULL':
    'SELECT id, NULL AS price, NULL AS empty FROM customers UNION ALL SELECT id, price, NULL FROM products',
  'UNION of booleans and numbers': 'SELECT active FROM customers UNION ALL SELECT stock FROM products',
  'INTERSECT after UNION': 'SELECT 1 AS n UNION SELECT 2 INTERSECT SELECT 2 EXCEPT SELECT 3',
  'UNION in order': [
    'SELECT name AS label, id FROM customers UNION SELECT title, id FROM products ORDER BY label DESC, 2 LIMIT 5',
    'kept',
  ],
  VALUES: "VALUES (1, 'a', NULL), (2, NULL, 1.5)",
  'a query in FROM':
    'SELECT q.name, q.n + 1 FROM (SELECT name, length(name) AS n FROM customers) AS q WHERE n > 2',
  'a query of WITH':
    'WITH paid AS (SELECT customer_id, count(*) AS n FROM orders WHERE paid GROUP BY 1), unused AS (SELECT 1) SELECT c.name, p.n FROM customers c JOIN paid p ON p.customer_id = c.id',
  'queries of WITH that read each other backwards':
    'WITH b (x) AS (SELECT n + 1 FROM a), a AS (SELECT id AS n FROM customers) SELECT x FROM b',
  'a recursive query of numbers':
    'WITH RECURSIVE n (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 6) SELECT x, x * x FROM n',
  'a tree':
    "WITH RECURSIVE tree AS (SELECT id, name, 0 AS depth, name AS path FROM places WHERE parent_id IS NULL UNION ALL SELECT p.id, p.name, depth + 1, t.path || ' > ' || p.name FROM places p JOIN tree t ON p.parent_id = t.id) SELECT * FROM tree",
  windows:
    'SELECT id, row_number() OVER (PARTITION BY city ORDER BY name) AS n, sum(id) OVER (ORDER BY id) AS running, lag(name) OVER w AS before FROM customers WINDOW w AS (ORDER BY id)',
  'windows over groups':
    'SELECT status, count(*) AS n, rank() OVER (ORDER BY count(*) DESC) AS place FROM orders GROUP BY status',
  CASE: "SELECT id, CASE status WHEN 'open' THEN 'offen' WHEN 'done' THEN 'fertig' END AS text, CASE WHEN paid THEN 1 ELSE 0 END AS p FROM orders",
  'coalesce and concatenation':
    "SELECT coalesce(title, 'no ' || sku) AS label, ifnull(stock, 0) AS stock FROM products",
  dates:
    "SELECT id, date(created_at) AS day, strftime('%Y', created_at) AS year FROM customers WHERE created_at > '2024-01-01'",
  'conditions on booleans': 'SELECT id FROM customers WHERE active AND NOT (city IS NULL) OR active = 0',
}

suite('a view', () => {
  let both: Both
  before(async () => {
    const views = Object.values(CASES).map((given, i) => `CREATE VIEW v${i} AS ${[given].flat()[0]};`)
    both = await engines.move(`${SHOP} ${views.join(' ')}`)
  })
  after(() => both?.close())

  for (const [i, [what, given]] of Object.entries(CASES).entries())
    test(what, async () => {
      assert.equal(both.reasons[`v${i}`], undefined)
      await both.same(`SELECT * FROM v${i}${Array.isArray(given) ? ' -- ORDER BY' : ''}`)
    })
})

test('views on views', async () => {
  const both = await engines.move(`${SHOP}
    CREATE VIEW totals AS SELECT order_id, sum(quantity * price) AS total, count(*) AS lines FROM items GROUP BY order_id;
    CREATE VIEW big (number, "how much") AS SELECT o.id, t.total FROM orders o JOIN totals t ON t.order_id = o.id WHERE t.total > 20;
    CREATE VIEW report AS SELECT b.*, c.name FROM big b JOIN orders o ON o.id = number LEFT JOIN customers c ON c.id = customer_id;`)
  assert.deepEqual(both.reasons, {})
  for (const name of ['totals', 'big', 'report']) await both.same(`SELECT * FROM ${name}`)
  both.close()
})

suite('a view that has no equal says why', () => {
  const REFUSED: Record<string, [view: string, reason: RegExp]> = {
    'a bare column': ['SELECT name, count(*) FROM customers', /neither grouped nor inside of an aggregate/],
    'a bare column of one row that may not be there': [
      'SELECT name, count(*) FROM customers WHERE id = 1',
      /neither grouped/,
    ],
    'a bare column beside two extremes': [
      'SELECT city, min(id), max(id), name FROM customers GROUP BY city',
      /neither grouped/,
    ],
    'rows that are the same without case': ['SELECT DISTINCT email FROM customers', /collation NOCASE/],
    'branches of different types': [
      'SELECT id FROM customers UNION SELECT name FROM customers',
      /texts and numbers/,
    ],
    'a table function': ["SELECT value FROM json_each('[1]')", /json_each/],
    'a recursion in an order of its own': [
      'WITH RECURSIVE n (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n LIMIT 3) SELECT x FROM n',
      /ORDER BY or LIMIT of its own/,
    ],
    'a full join by something else': [
      'SELECT a.id FROM customers a FULL JOIN orders b ON a.id < b.id',
      /FULL JOIN/,
    ],
  }
  let both: Both
  before(async () => {
    const views = Object.values(REFUSED).map(([view], i) => `CREATE VIEW v${i} AS ${view};`)
    both = await engines.move(`${SHOP} ${views.join(' ')}`)
  })
  after(() => both?.close())

  for (const [i, [what, [, reason]]] of Object.entries(REFUSED).entries())
    test(what, () => {
      assert.match(both.reasons[`v${i}`] ?? '', reason)
    })
})
