/**
 * Builds `dist/` for the npm package: the rooms as JavaScript with their types, files that are read at run
 * time, and the workflow bundle, so that an installed longhaul neither compiles nor bundles.
 */
import { execFileSync } from 'node:child_process'
import { cpSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import config from '../tsconfig.build.json' with { type: 'json' }
import { bundle } from '../worker/bundle.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const dist = join(root, 'dist')

rmSync(dist, { recursive: true, force: true })
compile()
for (const room of config.include) copyAssets(room)
writeFileSync(join(dist, 'worker', 'workflow-bundle.js'), await bundle())

function compile(): void {
  const tsc = join(root, 'node_modules', '.bin', process.platform === 'win32' ? 'tsc.cmd' : 'tsc')
  try {
    execFileSync(tsc, ['-p', 'tsconfig.build.json'], { cwd: root, stdio: 'inherit' })
  } catch {
    process.exit(1)
  }
}

/** What the compiler leaves behind: schemas, templates. */
function copyAssets(room: string): void {
  const files = readdirSync(join(root, room), { recursive: true, withFileTypes: true })
  for (const file of files.filter(entry => entry.isFile() && !/\.tsx?$/.test(entry.name))) {
    const path = join(file.parentPath, file.name)
    cpSync(path, join(dist, path.slice(root.length)))
  }
}
