export { check } from './check.ts'
export { copyTable } from './copy-table.ts'
export { migrate } from './migrate.ts'
export { rollback } from './rollback.ts'
