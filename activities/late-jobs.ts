/** Jobs whose libraries are loaded with the first of them: threads that only copy rows do without. */
import { exportJobs } from './into-files/jobs.ts'
import { mapStage } from './mapping/map-stage.ts'
import { suggestMapping } from './mapping/suggest-mapping.ts'
import { stageJobs } from './staged/jobs.ts'

export const lateJobs = { ...exportJobs, ...stageJobs, mapStage, suggestMapping } as const
