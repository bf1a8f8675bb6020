#!/usr/bin/env node
/**
 * Starts longhaul, on a Node.js that can run it: where the one at hand is older, on the one that comes
 * with the `node` package. Plain JavaScript that Node.js 20 understands, as nothing else here is.
 */
import { spawn } from 'node:child_process'
import { existsSync, mkdirSync } from 'node:fs'
import module, { createRequire } from 'node:module'
import { constants, homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Tells the second process that the first one is its launcher and no other program. */
const LAUNCHED = 'LONGHAUL_LAUNCHED'

if (isRecent(process.versions.node)) await start()
else launch(packagedNode())

/** Whether this Node.js runs TypeScript as it is, and has the N-API that better-sqlite3 wants. */
function isRecent(version) {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  if (major === 22) return minor >= 18
  if (major === 23) return minor >= 6
  return major > 23
}

async function start() {
  dieWithLauncher()
  hushExperimentalWarnings()
  keepCompiled()
  const sources = new URL('../client/cli/main.ts', import.meta.url)
  // A checkout runs its sources, also when somebody has built there; the package has no sources.
  await import(
    existsSync(sources) ? sources.href : new URL('../dist/client/cli/main.js', import.meta.url).href
  )
}

function packagedNode() {
  const program = process.platform === 'win32' ? 'node.exe' : 'node'
  try {
    const path = join(dirname(createRequire(import.meta.url).resolve('node/package.json')), 'bin', program)
    if (existsSync(path)) return path
  } catch {
    // Said below, together with the other case.
  }
  console.error(
    `longhaul needs Node.js 22.18 or later; this is ${process.versions.node}, and the \`node\` package that ` +
      'should bring a newer one has no program in it. Run `npm rebuild node` where longhaul is installed ' +
      '(it downloads it, and is skipped by `--ignore-scripts`), or install Node.js 24.',
  )
  process.exit(1)
}

/** Runs this file again on another Node.js, and ends as it ends. */
function launch(node) {
  const words = [...process.execArgv, fileURLToPath(import.meta.url), ...process.argv.slice(2)]
  const child = spawn(node, words, {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    env: { ...process.env, [LAUNCHED]: '1' },
  })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR2']) {
    process.on(signal, () => {
      // A terminal sends Ctrl-C to both of us; passed on, it would count as the second, impatient one.
      if (!(process.stdin.isTTY && (signal === 'SIGINT' || signal === 'SIGQUIT'))) child.kill(signal)
    })
  }
  child.on('error', error => {
    console.error(`longhaul: ${node} does not run: ${error.message}`)
    process.exit(1)
  })
  child.on('exit', (code, signal) => process.exit(code ?? 128 + (constants.signals[signal] ?? 0)))
}

/** Whoever kills the launcher with `kill -9` means the command. */
function dieWithLauncher() {
  if (!process.env[LAUNCHED] || !process.channel) return
  delete process.env[LAUNCHED]
  process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'))
  process.channel.unref()
}

/**
 * What Node.js has compiled is kept for the next command, and for workers and their threads, which find the
 * folder in the environment: a command starts with 0.1 s of CPU instead of 0.25. As `home/worker-environment.ts`.
 */
function keepCompiled() {
  const caches = process.env.XDG_CACHE_HOME || join(homedir(), '.cache')
  process.env.NODE_COMPILE_CACHE ??= join(caches, 'longhaul', 'compiled')
  try {
    mkdirSync(process.env.NODE_COMPILE_CACHE, { recursive: true, mode: 0o700 })
    module.enableCompileCache(process.env.NODE_COMPILE_CACHE)
  } catch {
    // It would only have been faster.
  }
}

/** Running TypeScript was an experiment in some of the versions that we run on; users cannot act on that. */
function hushExperimentalWarnings() {
  const emit = process.emit
  process.emit = function (event, ...args) {
    if (event === 'warning' && args[0]?.name === 'ExperimentalWarning') return false
    return emit.call(this, event, ...args)
  }
}
