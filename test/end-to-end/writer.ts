/**
 * Another program that writes to a SQLite database without a pause: each transaction moves something from one
 * account to another, writes that down, and adds an entry to the log. `node writer.ts FILE`; it says `writing`
 * after its first hundred transactions and ends with its standard input.
 */
import Database from 'better-sqlite3'

const db = new Database(process.argv[2]!, { timeout: 10_000 })
const account = db.prepare('UPDATE account SET balance = balance + ? WHERE id = ?')
const entry = db.prepare('INSERT INTO entry (amount, note) VALUES (?, ?)')
const move = db.transaction((from: number, to: number, amount: number) => {
  account.run(-amount, from)
  account.run(amount, to)
  entry.run(-amount, 'x'.repeat(200))
  entry.run(amount, 'x'.repeat(200))
})

let done = 0
function write(): void {
  for (let i = 0; i < 10; i++) move(1 + (done % 50), 51 + ((done * 7) % 50), ++done)
  if (done === 100) console.log('writing')
  setImmediate(write)
}
process.stdin.on('end', () => {
  db.close()
  process.exit(0)
})
process.stdin.resume()
write()
