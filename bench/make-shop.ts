/**
 * The database of a small shop: 12 tables, some 15,000 rows, made anew the same each time. And a database of very many
 * tables with ten rows each.
 *
 *     node bench/make-shop.ts FILE
 */
import { rmSync } from 'node:fs'
import Database from 'better-sqlite3'

type Cells = (string | number | null)[]

interface Table {
  name: string
  rows: number
  columns: string
  row(n: number): Cells
}

/** The nth of a table of that many, spread without pattern: the same on every machine. */
const pick = (n: number, of: number, salt = 0) => 1 + ((Math.imul(n + salt, 0x9e3779b1) >>> 8) % of)
const day = (n: number) =>
  new Date(Date.UTC(2022, 0, 1) + n * 7_919_000).toISOString().slice(0, 19).replace('T', ' ')
const cents = (n: number) => (pick(n, 20_000, 7) + 99) / 100

const TABLES: Table[] = [
  {
    ...{
      name: 'categories',
      rows: 24,
      columns: 'name TEXT NOT NULL UNIQUE, parent_id INTEGER REFERENCES categories (id)',
    },
    row: n => [`Category ${n}`, n > 6 ? pick(n, 6) : null],
  },
  {
    ...{ name: 'suppliers', rows: 40, columns: 'name TEXT NOT NULL, country CHAR(2) NOT NULL, rating REAL' },
    row: n => [`Supplier ${n} & Söhne`, ['DE', 'FR', 'NL', 'PL'][n % 4]!, n % 5 ? n / 9 : null],
  },
  {
    name: 'products',
    rows: 600,
    columns:
      'sku VARCHAR(20) NOT NULL UNIQUE, name TEXT NOT NULL, price NUMERIC(10,2) NOT NULL, attributes JSON, active BOOLEAN NOT NULL, ' +
      'category_id INTEGER NOT NULL REFERENCES categories (id), supplier_id INTEGER REFERENCES suppliers (id)',
    row: n => [
      ...[
        `SKU-${10_000 + n}`,
        `Product ${n}`,
        cents(n),
        `{"colour":"c${n % 9}","sizes":[${n % 5},${n % 7}]}`,
      ],
      ...[n % 11 ? 1 : 0, pick(n, 24, 1), n % 6 ? pick(n, 40, 2) : null],
    ],
  },
  {
    ...{ name: 'customers', rows: 1200 },
    columns:
      'email TEXT NOT NULL UNIQUE, name TEXT NOT NULL, newsletter BOOLEAN NOT NULL, created_at TIMESTAMP NOT NULL',
    row: n => [`customer.${n}@example.org`, `Customer ${n}`, n % 3 ? 0 : 1, day(n)],
  },
  {
    ...{ name: 'addresses', rows: 1500 },
    columns:
      'customer_id INTEGER NOT NULL REFERENCES customers (id), street TEXT NOT NULL, city TEXT NOT NULL, zip TEXT NOT NULL',
    row: n => [pick(n, 1200, 3), `${n % 200} Main Street`, `Town ${n % 77}`, `${10_000 + (n % 8999)}`],
  },
  {
    ...{ name: 'orders', rows: 2500 },
    columns:
      'customer_id INTEGER NOT NULL REFERENCES customers (id), address_id INTEGER REFERENCES addresses (id), status TEXT NOT NULL, ' +
      'total NUMERIC(10,2) NOT NULL, ordered_at TIMESTAMP NOT NULL',
    row: n => [
      ...[pick(n, 1200, 4), n % 8 ? pick(n, 1500, 5) : null, ['new', 'paid', 'sent', 'back'][n % 4]!],
      ...[cents(n * 3), day(n * 2)],
    ],
  },
  {
    ...{ name: 'order_lines', rows: 6000 },
    columns:
      'order_id INTEGER NOT NULL REFERENCES orders (id), product_id INTEGER NOT NULL REFERENCES products (id), ' +
      'quantity INTEGER NOT NULL, price NUMERIC(10,2) NOT NULL',
    row: n => [pick(n, 2500, 6), pick(n, 600, 7), 1 + (n % 5), cents(n)],
  },
  {
    ...{ name: 'payments', rows: 2100 },
    columns:
      'order_id INTEGER NOT NULL REFERENCES orders (id), method TEXT NOT NULL, amount NUMERIC(10,2) NOT NULL, paid_at TIMESTAMP',
    row: n => [pick(n, 2500, 8), n % 2 ? 'card' : 'transfer', cents(n * 3), n % 20 ? day(n * 2 + 1) : null],
  },
  {
    ...{ name: 'reviews', rows: 700 },
    columns:
      'product_id INTEGER NOT NULL REFERENCES products (id), customer_id INTEGER REFERENCES customers (id), stars INTEGER NOT NULL, text TEXT',
    row: n => [
      pick(n, 600, 9),
      pick(n, 1200, 10),
      1 + (n % 5),
      n % 4 ? `Just as described, ${n} times.` : null,
    ],
  },
  {
    ...{ name: 'stock', rows: 600 },
    columns:
      'product_id INTEGER NOT NULL UNIQUE REFERENCES products (id), quantity INTEGER NOT NULL, shelf TEXT',
    row: n => [n, n % 90, n % 13 ? `R${n % 20}-${n % 7}` : null],
  },
  {
    ...{
      name: 'coupons',
      rows: 50,
      columns: 'code TEXT NOT NULL UNIQUE, percent REAL NOT NULL, valid_until DATE',
    },
    row: n => [`SAVE${n}`, n / 2, n % 3 ? day(n * 400).slice(0, 10) : null],
  },
  {
    ...{ name: 'settings', rows: 20, columns: 'key TEXT NOT NULL UNIQUE, value TEXT' },
    row: n => [`setting.${n}`, n % 4 ? `${n}` : null],
  },
]

const INDEXES = `
  CREATE INDEX products_category ON products (category_id);
  CREATE INDEX addresses_customer ON addresses (customer_id);
  CREATE INDEX orders_customer ON orders (customer_id);
  CREATE INDEX orders_time ON orders (ordered_at);
  CREATE INDEX lines_order ON order_lines (order_id);
  CREATE INDEX lines_product ON order_lines (product_id);
  CREATE INDEX payments_order ON payments (order_id);
  CREATE INDEX reviews_product ON reviews (product_id);`

export function makeShop(path: string): void {
  fill(path, db => {
    for (const { name, rows, columns, row } of TABLES) {
      db.exec(`CREATE TABLE ${name} (id INTEGER PRIMARY KEY, ${columns})`)
      const marks = row(1).map(() => '?')
      const insert = db.prepare(`INSERT INTO ${name} VALUES (?, ${marks.join(', ')})`)
      for (let n = 1; n <= rows; n++) insert.run(n, ...row(n))
    }
    db.exec(INDEXES)
  })
}

/** @param tables with ten rows and an index each */
export function makeManyTables(path: string, tables: number): void {
  fill(path, db => {
    for (let t = 1; t <= tables; t++) {
      db.exec(`CREATE TABLE list_${t} (id INTEGER PRIMARY KEY, name TEXT NOT NULL, amount REAL)`)
      const insert = db.prepare(`INSERT INTO list_${t} VALUES (?, ?, ?)`)
      for (let n = 1; n <= 10; n++) insert.run(n, `entry ${n}`, n % 3 ? n / 8 : null)
      db.exec(`CREATE INDEX list_${t}_name ON list_${t} (name)`)
    }
  })
}

function fill(path: string, work: (db: Database.Database) => void): void {
  rmSync(path, { force: true })
  const db = new Database(path)
  db.transaction(() => work(db))()
  db.close()
}

if (import.meta.main) {
  const [path] = process.argv.slice(2)
  if (!path) throw new Error('usage: node bench/make-shop.ts FILE')
  makeShop(path)
}
