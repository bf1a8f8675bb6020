/** The table of trials, in the order in which a round goes through them. */
import type { Trial } from './trial.ts'
import { LIMIT } from './trials/limit.ts'
import { LONGHAUL_TRIAL } from './trials/longhaul.ts'
import { OGR2OGR } from './trials/ogr2ogr.ts'
import { PGLOADER } from './trials/pgloader.ts'
import { PIPE } from './trials/pipe.ts'
import { NODE_SCRIPT, PYTHON_SCRIPT } from './trials/scripts.ts'
import { MANY_TABLES, SHOP } from './trials/small.ts'

export const TRIALS: readonly Trial[] = [
  ...[LIMIT, LONGHAUL_TRIAL, PIPE, OGR2OGR, PGLOADER, NODE_SCRIPT, PYTHON_SCRIPT],
  ...[SHOP, MANY_TABLES],
]
