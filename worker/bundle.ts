/** The workflow code as the one file that Temporal's sandbox loads. */
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { bundleWorkflowCode, type Logger } from '@temporalio/worker'
import { isBuilt } from '../home/entry.ts'
import { cacheFolder, writePrivate } from '../home/home.ts'

const KEPT = 8

/** The prebuilt bundle of the package, or in a checkout one made of the sources as they are now. */
export async function workflowBundle(): Promise<{ codePath: string }> {
  if (isBuilt(import.meta.url)) {
    return { codePath: fileURLToPath(new URL('./workflow-bundle.js', import.meta.url)) }
  }
  const codePath = join(cacheFolder(), 'bundles', `${sourcesHash()}.js`)
  if (!existsSync(codePath)) {
    writePrivate(codePath, await bundle())
    forgetOld(join(codePath, '..'))
  }
  return { codePath }
}

/** Bundles `workflows/index.ts` as it is now. */
export async function bundle(): Promise<string> {
  const workflowsPath = fileURLToPath(new URL('../workflows/index.ts', import.meta.url))
  const { code } = await bundleWorkflowCode({ workflowsPath, logger: silent })
  return code
}

/** Of everything a bundle is made of: our sources that workflows may import, and the SDK. */
function sourcesHash(): string {
  const hash = createHash('sha256')
  const { version } = createRequire(import.meta.url)('@temporalio/workflow/package.json') as {
    version: string
  }
  hash.update(`${version}\0`)
  for (const room of ['workflows', 'model']) {
    const folder = fileURLToPath(new URL(`../${room}/`, import.meta.url))
    const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(name =>
      name.endsWith('.ts'),
    )
    for (const name of names.sort()) hash.update(`${room}/${name}\0`).update(readFileSync(join(folder, name)))
  }
  return hash.digest('hex').slice(0, 32)
}

function forgetOld(folder: string): void {
  const age = (path: string) => statSync(path).mtimeMs
  const bundles = readdirSync(folder).filter(name => basename(name).endsWith('.js'))
  const newestFirst = bundles.map(name => join(folder, name)).sort((a, b) => age(b) - age(a))
  for (const path of newestFirst.slice(KEPT)) rmSync(path, { force: true })
}

const nothing = () => {}
/** Webpack's report of a bundle that succeeds is of no use; one that fails throws. */
const silent: Logger = {
  log: nothing,
  trace: nothing,
  debug: nothing,
  info: nothing,
  warn: nothing,
  error: nothing,
}
