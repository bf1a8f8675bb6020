/** A parent and a child, as a source: what the tests of rollbacks migrate. */
import type { Run } from './whole-run.ts'

export const SOURCE = `
  CREATE TABLE team (id INTEGER PRIMARY KEY, name TEXT NOT NULL);
  CREATE TABLE member (id INTEGER PRIMARY KEY, team INTEGER REFERENCES team (id), number TEXT);
  CREATE INDEX member_by_number ON member (number);
  INSERT INTO team VALUES (1, 'red'), (2, 'blue');
  INSERT INTO member VALUES (1, 1, 'LEGACY-1'), (2, 1, 'LEGACY-2'), (3, 2, 'NEW-3'), (4, NULL, 'NEW-4')`

/** Brings a run to its end. */
export async function ended(run: Run): Promise<void> {
  await run.whole()
  await run.client.query(`UPDATE longhaul.run SET state = 'done', verdict = 'equal', ended_at = now()`)
}
