/** Lays down the files of a folder, and is killed in the midst of it. */
import { stageFiles } from '../../../stores/stage/files.ts'

const [stage, path] = process.argv.slice(2) as [string, string]
const source = { kind: 'files', format: 'csv', path, host: 'here', options: {} } as const
await stageFiles(
  { stage, source },
  ({ file, rows }) => {
    if (file === 2 && rows > 5000) process.kill(process.pid, 'SIGKILL')
  },
  new AbortController().signal,
)
