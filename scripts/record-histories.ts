/**
 * Records histories of real runs for `test/workflows/replay.test.ts`: `node scripts/record-histories.ts FOLDER`.
 * Run it in a checkout of released code: a history made by the branch under test proves nothing about old runs.
 */
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { type TestContext, test } from 'node:test'
import Database from 'better-sqlite3'
import { type Command, type Ended, spawnCli } from '../test/scenarios/cli.ts'
import { longAfter, startTestCluster } from '../test/scenarios/cluster.ts'
import { closeGate } from '../test/scenarios/gate.ts'
import { type Scene, startWorld, type World } from '../test/scenarios/harness.ts'
import { shortLanes } from '../test/scenarios/short-lanes.ts'
import { saveHistories } from '../test/workflows/history-files.ts'

const [folder = 'test/histories/new'] = process.argv.slice(2)
const HOST = 'a-host'

const QUARANTINE = `version: 1
how: { chunk_rows: 2000, chunk_bytes: 1048576, tables: 2, lanes: 2 }
tables: { scan: { columns: { celsius: { on_error: quarantine } } } }
`
const CORRECTED = 'version: 1\ntables: { scan: { columns: { celsius: { on_error: default } } } }\n'

/** A scene with a server and a worker that no command owns. */
interface Stage {
  scene: Scene
  /** Runs a command to its end; it has to have this exit status. */
  run(words: string[], status: number): Promise<Ended>
  full(flags?: string[]): Command
  killWorker(): void
  startWorker(): void
  /** Saves the workflow of that id, else the run's, with its children. */
  save(name: string, id?: string): Promise<void>
}

const world = await startWorld()
const seen = new Set<string>()

type Story = (stage: Stage) => Promise<void>

const STORIES: Record<string, Story> = {
  /** Two groups, of which one has lanes and continues as new; views; then checked and taken back. */
  async full({ scene, run, full, save }) {
    view(scene)
    await ends(full(), 0)
    await save('full')
    const to = scene.login
    await run(['check', '--from', `sqlite:${scene.source}`, '--to', to, '--id', 'compared'], 0)
    await save('check', 'compared')
    await run(['rollback', scene.name, '--yes'], 0)
    await save('rollback', `${scene.name}/rollback`)
  },

  async preflight({ scene, run, save }) {
    await run(['validate', '--from', `sqlite:${scene.source}`, '--to', scene.login, '--id', scene.name], 0)
    await save('preflight')
  },

  async schema({ scene, run, save }) {
    await run(['schema', '--from', `sqlite:${scene.source}`, '--to', scene.login, '--id', scene.name], 0)
    await save('schema')
  },

  async refused({ scene, full, save }) {
    await scene.client.query('CREATE TABLE public.scan (n int)')
    await ends(full(), 3)
    await save('refused')
  },

  /** A table fails, the others go on; the same command goes on with it once the cause is gone. */
  async failed({ scene, full, save }) {
    await scene.client.query(SPOIL)
    await ends(full(), 1)
    await save('failed')
    await scene.client.query('DROP TRIGGER spoiled ON public.scan')
    await ends(full(), 0)
    await save('resumed')
  },

  async takenBack({ scene, full, save }) {
    await scene.client.query(SPOIL)
    await ends(full(['--on-failure', 'rollback']), 1)
    await save('taken-back')
  },

  /** Killed in mid-copy; recorded while it is open, and again at its end. */
  async killed({ scene, full, save, killWorker, startWorker }) {
    const [parcel, scan] = [await closeGate(scene.client, 'parcel'), await closeGate(scene.client, 'scan')]
    const command = full()
    const [one, two] = [await parcel.arrival(), await scan.arrival()]
    await save('in-mid-copy')
    killWorker()
    startWorker()
    await parcel.arrival(one)
    await scan.arrival(two)
    await parcel.open()
    await scan.open()
    await ends(command, 0)
    await save('killed')
  },

  async cancelled({ scene, full, run, save }) {
    const gate = await closeGate(scene.client, 'leg')
    const command = full()
    await gate.arrival()
    await run(['cancel', scene.name], 1)
    await gate.open()
    await ends(command, 1)
    await save('cancelled')
  },

  async quarantine({ scene, full, run, save }) {
    const db = new Database(scene.source)
    db.exec(`UPDATE scan SET celsius = 'hot ' || n WHERE n % 10 = 1`)
    db.close()
    await ends(full(['--plan', planFile(scene, 'quarantine.yaml', QUARANTINE)]), 4)
    await save('quarantine')
    await run(['replay', scene.name, '--plan', planFile(scene, 'corrected.yaml', CORRECTED)], 0)
    await save('replay', `${scene.name}/replay`)
  },
}

/** Every row of `scan` is refused by the target, for good. */
const SPOIL = `
  CREATE FUNCTION scenario.refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    RAISE EXCEPTION SQLSTATE '22000';
  END $$;
  CREATE FUNCTION scenario.spoil() RETURNS event_trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
  DECLARE made record; BEGIN
    FOR made IN SELECT * FROM pg_event_trigger_ddl_commands() WHERE object_identity = 'public.scan' LOOP
      CREATE TRIGGER spoiled BEFORE INSERT ON public.scan FOR EACH ROW EXECUTE FUNCTION scenario.refuse();
    END LOOP;
  END $$;
  CREATE EVENT TRIGGER scenario_spoil ON ddl_command_end WHEN TAG IN ('CREATE TABLE')
    EXECUTE FUNCTION scenario.spoil();`

function view({ source }: Scene): void {
  const db = new Database(source)
  db.exec('CREATE VIEW heavy AS SELECT id, weight FROM parcel WHERE weight > 1000')
  db.close()
}

function planFile({ source }: Scene, name: string, text: string): string {
  const path = join(dirname(source), name)
  writeFileSync(path, text)
  return path
}

async function ends(command: Command, status: number): Promise<Ended> {
  const ended = await command.ended
  assert.equal(ended.status, status, `${ended.err}\n${ended.out}`)
  return ended
}

async function openStage(t: TestContext, from: World): Promise<Stage> {
  const scene = await from.scene(t)
  const cluster = await startTestCluster(t, longAfter(60))
  const { env, startWorker } = cluster.join(scene)
  const commands = { ...env, LONGHAUL_HOST: HOST }
  const start = () => startWorker({ LONGHAUL_HOST: HOST, ...shortLanes(1) })
  let working = start()
  const places = { [scene.home]: '/home/longhaul', [dirname(scene.source)]: '/data' }
  return {
    scene,
    run: (words, status) => ends(spawnCli(words, commands), status),
    full: flags => scene.full(flags, commands),
    killWorker: () => void working.kill('SIGKILL'),
    startWorker: () => (working = start()),
    save: (name, id = scene.name) =>
      saveHistories(cluster.client, `longhaul/${id}`, { folder, name, places, seen }),
  }
}

for (const [name, story] of Object.entries(STORIES)) {
  test(name, async t => story(await openStage(t, world)))
}
test('the end', () => world.stop())
