/** A disk that fills up: a file system in memory with a limit, which grows when the test makes room. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'

export interface SmallDisk {
  path: string
  /** Gives it so many mebibytes in all. */
  resize(mebibytes: number): void
  /** Takes all that is free. */
  fill(): void
  /** Gives back what `fill` took. */
  makeRoom(): void
}

/** Mounts one; undefined, with the test skipped, where this process may not. `owner` is a user's number. */
export function smallDisk(
  t: TestContext,
  mebibytes: number,
  owner = process.getuid?.() ?? 0,
): SmallDisk | undefined {
  const path = mkdtempSync(join(tmpdir(), 'longhaul-disk-'))
  try {
    run('mount', '-t', 'tmpfs', '-o', `size=${mebibytes}m,mode=0700,uid=${owner}`, 'tmpfs', path)
  } catch {
    rmdirSync(path)
    t.skip('needs the right to mount a file system')
    return undefined
  }
  const free = () => {
    const { bavail, bsize } = statfsSync(path)
    return bavail * bsize
  }
  const ballast = join(path, 'ballast')
  t.after(() => {
    // Lazily: what a test that failed has left running may still have files open.
    run('umount', '--lazy', path)
    rmdirSync(path)
  })
  return {
    path,
    resize: size => run('mount', '-o', `remount,size=${size}m`, path),
    fill: () => {
      try {
        writeFileSync(ballast, Buffer.alloc(free()))
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error
      }
    },
    makeRoom: () => rmSync(ballast),
  }
}

function run(program: string, ...words: string[]): void {
  execFileSync(program, words, { stdio: 'ignore' })
}
