/**
 * Gates: places of a run at which the test holds it, so that "in mid-copy" is a fact and no guess. A gate is a
 * trigger in the target database that waits for an advisory lock of the test; longhaul knows nothing of it.
 */
import type { Client } from 'pg'
import { TABLES } from './source.ts'
import { until } from './until.ts'

export interface Gate {
  /** Lets everything pass from now on. */
  open(): Promise<void>
  /** Waits until a session stands at the gate, other than those given; gives its process id. */
  arrival(...others: number[]): Promise<number>
}

/** The place where the test stops a run. */
export type Where = 'ledger' | 'tables' | 'index' | 'foreign key' | 'commit of scan' | keyof typeof TABLES

const KEYS: Record<Where, number> = {
  index: 71_001,
  'foreign key': 71_002,
  'commit of scan': 71_000,
  ledger: 71_998,
  tables: 71_999,
}
Object.keys(TABLES).forEach((table, i) => {
  KEYS[table] = 71_003 + i
})

/** Prepares an empty database for gates, which stand open until they are closed. */
export async function installGates(client: Client): Promise<void> {
  const rows = Object.entries(TABLES).map(
    ([name, { middle }]) => `WHEN 'public.${name}' THEN
      EXECUTE 'CREATE TRIGGER gate BEFORE INSERT ON public.${name} FOR EACH ROW WHEN (${middle})
               EXECUTE FUNCTION scenario.pass(${KEYS[name]})';`,
  )
  await client.query(`
    CREATE SCHEMA scenario;
    GRANT USAGE ON SCHEMA scenario TO public;
    CREATE FUNCTION scenario.pass() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      PERFORM pg_catalog.pg_advisory_xact_lock_shared(TG_ARGV[0]::bigint);
      RETURN NEW;
    END $$;
    CREATE FUNCTION scenario.build() RETURNS event_trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
    DECLARE made record; BEGIN
      FOR made IN SELECT * FROM pg_event_trigger_ddl_commands() WHERE object_type = 'table' LOOP
        CASE made.object_identity ${rows.join('\n')} ELSE NULL; END CASE;
        IF made.object_identity = 'public.scan' THEN
          PERFORM pg_catalog.pg_advisory_xact_lock_shared(${KEYS.tables});
          EXECUTE 'CREATE CONSTRAINT TRIGGER gate_of_commit AFTER INSERT ON public.scan
                   DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (${TABLES.scan!.middle})
                   EXECUTE FUNCTION scenario.pass(${KEYS['commit of scan']})';
        END IF;
      END LOOP;
    END $$;
    CREATE FUNCTION scenario.wait() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN
      IF tg_tag = 'CREATE SCHEMA' THEN
        PERFORM pg_catalog.pg_advisory_xact_lock_shared(${KEYS.ledger});
      ELSIF tg_tag = 'CREATE INDEX' THEN
        PERFORM pg_catalog.pg_advisory_xact_lock_shared(${KEYS.index});
      ELSIF current_query() LIKE '%FOREIGN KEY%' THEN
        PERFORM pg_catalog.pg_advisory_xact_lock_shared(${KEYS['foreign key']});
      END IF;
    END $$;
    CREATE EVENT TRIGGER scenario_build ON ddl_command_end WHEN TAG IN ('CREATE TABLE')
      EXECUTE FUNCTION scenario.build();
    CREATE EVENT TRIGGER scenario_wait ON ddl_command_start WHEN TAG IN ('CREATE SCHEMA', 'CREATE INDEX', 'ALTER TABLE')
      EXECUTE FUNCTION scenario.wait();`)
}

/** Closes a gate; `client` is a session of the test's own, whose end would open it. */
export async function closeGate(client: Client, where: Where): Promise<Gate> {
  const key = KEYS[where]
  await client.query('SELECT pg_advisory_lock($1)', [key])
  return {
    open: async () => void (await client.query('SELECT pg_advisory_unlock($1)', [key])),
    arrival: (...others) =>
      until(`a session at the gate ${where}`, async () => {
        const { rows } = await client.query<{ pid: number }>(
          `SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND objid = $1 AND NOT granted
              AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
              AND pid <> ALL ($2)`,
          [key, others],
        )
        return rows[0]?.pid
      }),
  }
}
