/** Room on the disk for a snapshot. */
import { statfsSync } from 'node:fs'
import { showBytes } from '../../model/amounts.ts'
import { Failure } from '../../model/failure.ts'

/** Throws `Failure('space')` where a folder's disk has less than `bytes` left. */
export function refuseWithoutSpace(folder: string, bytes: number): void {
  if (freeBytes(folder) < bytes) throw noSpace(folder, bytes)
}

export function noSpace(folder: string, needed: number): Failure {
  return new Failure({
    code: 'space',
    object: `folder ${folder}`,
    message: `the snapshot needs ${showBytes(needed)}, the disk has ${showBytes(freeBytes(folder))} left`,
    remedy: 'Make room, or set LONGHAUL_HOME to a folder on a larger disk',
  })
}

function freeBytes(folder: string): number {
  const { bavail, bsize } = statfsSync(folder)
  return bavail * bsize
}
