/** One trial in one round: an empty database, the work under the meter, the proof, the database dropped. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { Meter } from './meter.ts'
import { resetMost } from './processes.ts'
import { assertDone } from './proof.ts'
import type { Cost, Round } from './results.ts'
import type { Ground, Stage, Step, Trial } from './trial.ts'

const DATABASE = 'trial'
const MB = 1_000_000
/** Milliseconds after which a command has failed: the slowest peer at ten million rows takes less. */
const LIMIT = 20 * 60_000

/** Rejects where the trial fails, or has not done the work. */
export async function playRound(trial: Trial, ground: Ground, round: number): Promise<Round> {
  const { server, source, script } = ground
  await server.create(DATABASE)
  try {
    const played = await play(trial, ground, round)
    await server.session(DATABASE, client => assertDone(client, source, script))
    return played
  } finally {
    await server.drop(DATABASE)
  }
}

async function play(trial: Trial, ground: Ground, round: number): Promise<Round> {
  const stage = stageFor(trial, ground)
  const { meter } = stage
  const began = performance.now()
  try {
    const extra = await trial.run(stage)
    const seconds = (performance.now() - began) / 1000
    meter.stop()
    const { steps, firstRow } = extra
    return {
      ...{ round, seconds, cpu: meter.used(), memory: inMegabytes(meter) },
      ...(steps && { steps: steps.map(step => ({ name: step.name, ...costOf(step, meter) })) }),
      ...(steps && { copyAndFinish: copyAndFinish(steps, meter) }),
      ...(firstRow !== undefined && { firstRow }),
    }
  } finally {
    meter.stop()
    for (const child of stage.running) child.kill('SIGKILL')
  }
}

function stageFor(trial: Trial, ground: Ground): Stage {
  const { server, stack } = ground
  const running = new Set<ChildProcess>()
  const ours = trial.usesStack === true
  if (ours) resetMost(stack.worker)
  const meter = new Meter({
    command: () => [...running].flatMap(({ pid }) => pid ?? []),
    worker: () => (ours ? [stack.worker] : []),
    temporal: () => (ours ? [stack.temporal] : []),
    postgres: () => [server.pid],
  })
  const env = { ...process.env, ...server.env, PGDATABASE: DATABASE }
  const command: Stage['command'] = (program, words, around = {}) =>
    runToEnd(running, program, words, { input: around.input ?? '', env: around.env ?? env })
  return { ...ground, database: DATABASE, env, meter, command, running }
}

interface Around {
  input: string
  env: NodeJS.ProcessEnv
}

async function runToEnd(
  running: Set<ChildProcess>,
  program: string,
  words: string[],
  { input, env }: Around,
) {
  const child = spawn(program, words, {
    env,
    stdio: ['pipe', 'pipe', 'pipe'],
    timeout: LIMIT,
    killSignal: 'SIGKILL',
  })
  running.add(child)
  let [out, said] = ['', '']
  child.stdout.setEncoding('utf8').on('data', chunk => (out += chunk))
  child.stderr.setEncoding('utf8').on('data', chunk => (said += chunk))
  // A program that ends before it has read everything is heard by its status.
  child.stdin.on('error', () => {})
  child.stdin.end(input)
  const [code, signal] = await once(child, 'close')
  running.delete(child)
  if (code !== 0)
    throw new Error(`${program} ended with ${code ?? signal}: ${`${out}\n${said}`.trim().slice(-1500)}`)
  return out
}

const costOf = ({ from, to, seconds }: Step, meter: Meter): Cost => ({
  seconds,
  cpu: meter.between(from, to),
})

function copyAndFinish(steps: readonly Step[], meter: Meter): Cost {
  const both = steps.filter(({ name }) => name === 'copy' || name === 'finish')
  const [from, to] = [Math.min(...both.map(step => step.from)), Math.max(...both.map(step => step.to))]
  return { seconds: (to - from) / 1000, cpu: meter.between(from, to) }
}

function inMegabytes(meter: Meter): Round['memory'] {
  const { command, worker, temporal, postgres } = meter.most()
  const whole = (bytes: number) => Math.round(bytes / MB)
  return {
    command: whole(command),
    worker: whole(worker),
    temporal: whole(temporal),
    postgres: whole(postgres),
  }
}
