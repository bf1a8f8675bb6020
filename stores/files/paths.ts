/** What paths say. */
import { parse } from 'node:path'

/** The name of a file without its extension, as of a table. */
export const baseName = (path: string): string => parse(path).name
