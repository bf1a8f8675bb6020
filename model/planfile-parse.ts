/** Reads a plan file and reports all of its mistakes at once, each with its place and a remedy. */
import { type Document, isScalar, LineCounter, parseDocument, visit } from 'yaml'
import type { z } from 'zod'
import type { FileOptions } from './files/options.ts'
import { readMapping } from './mapping/read.ts'
import type { ColumnSettings, Mistake, PlanFile, Position } from './plan-request.ts'
import { planFileSchema } from './planfile.ts'
import { describeIssues } from './planfile-mistakes.ts'
import { offsetOf, type Place, positions } from './planfile-places.ts'
import { ruleOf } from './rule-of-entry.ts'

export interface ParsedPlanFile {
  /** Absent where there is a mistake. */
  file?: PlanFile
  /** In the order of their lines. */
  mistakes: Mistake[]
}

/** Parses the text of a plan file; `fileName` is only named in messages. Throws nothing. */
export function parsePlanFile(text: string, fileName: string): ParsedPlanFile {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false })
  const place = (offset: number): Position => {
    const { line, col } = lines.linePos(offset)
    return { line: Math.max(line, 1), column: Math.max(col, 1) }
  }
  const broken = document.errors.map(error => ({ ...place(error.pos[0]), ...yamlMistake(error.code) }))
  // After a syntax error the rest may mean anything; a key that stands twice spoils nothing else.
  if (document.errors.some(error => error.code !== 'DUPLICATE_KEY')) return { mistakes: inOrder(broken) }
  const last = check(document, place)
  const first = broken.length > 0 ? check(withoutRepeats(document), place).mistakes : []
  const mistakes = inOrder(distinct([...broken, ...last.mistakes, ...first]))
  if (!last.data || mistakes.length > 0) return { mistakes }
  return { file: toPlanFile(fileName, last.data, positions(document, place)), mistakes }
}

type PlanFileData = z.output<typeof planFileSchema>

function check(document: Document, place: Place): { data?: PlanFileData; mistakes: Mistake[] } {
  const content = readContent(document)
  if (!content) return { mistakes: [{ line: 1, column: 1, ...TOO_MANY_ALIASES }] }
  const result = planFileSchema.safeParse(content.value ?? {})
  if (result.success) return { data: result.data, mistakes: [] }
  const issues = describeIssues(result.error.issues, content.value)
  return { mistakes: issues.map(({ at, ...issue }) => ({ ...place(offsetOf(document, at)), ...issue })) }
}

/** Of a key that stands twice the last one wins; what is wrong under the first shows without the last. */
function withoutRepeats(document: Document): Document {
  visit(document, {
    Map(_, map) {
      const seen = new Set<string>()
      map.items = map.items.filter(({ key }) => {
        const name = String(isScalar(key) ? key.value : key)
        return !seen.has(name) && seen.add(name)
      })
    },
  })
  return document
}

function distinct(mistakes: Mistake[]): Mistake[] {
  return [...new Map(mistakes.map(mistake => [JSON.stringify(mistake), mistake])).values()]
}

function inOrder(mistakes: Mistake[]): Mistake[] {
  return mistakes.sort((a, b) => a.line - b.line || a.column - b.column)
}

const TOO_MANY_ALIASES = {
  path: '',
  message: 'the aliases of this file cannot be resolved',
  remedy: 'Write the values out instead of `*alias`',
}

function readContent(document: Document): { value: unknown } | undefined {
  try {
    return { value: document.toJS() }
  } catch {
    return undefined
  }
}

/** The library's own messages may quote the file, and with it a password. */
function yamlMistake(code: string): { path: string; message: string; remedy: string } {
  const [message, remedy] = YAML_MISTAKES[code] ?? [
    'this is not valid YAML',
    'Check quotes, colons and indentation here',
  ]
  return { path: '', message, remedy }
}

const YAML_MISTAKES: Record<string, [string, string]> = {
  DUPLICATE_KEY: ['this key stands here twice', 'Keep one of the two'],
  TAB_AS_INDENT: ['YAML does not allow tabs as indentation', 'Indent with blanks'],
  BAD_INDENT: [
    'the indentation does not fit what is above, or a bracket is not closed',
    'Indent it as its neighbours are, and close every bracket',
  ],
  MISSING_CHAR: ['a closing quote or bracket, or a comma, is missing', 'Add it'],
  BAD_SCALAR_START: ['a plain value cannot begin with this character', 'Put the value into quotes'],
  MULTIPLE_DOCS: ['the file holds more than one document', 'Keep one plan in one file'],
  MULTILINE_IMPLICIT_KEY: [
    'a key goes over more than one line, or has no colon',
    'Write `key: value` on one line',
  ],
  TAG_RESOLVE_FAILED: ['longhaul does not know this tag', 'Take the `!tag` out'],
}

function toPlanFile(file: string, data: PlanFileData, places: Record<string, Position>): PlanFile {
  const {
    version: _,
    tables,
    exclude,
    accept,
    how,
    if_exists,
    on_conflict,
    on_failure,
    busy_timeout,
    rules,
    files,
    mapping,
    ...rest
  } = data
  const listed = Array.isArray(tables)
  return clean({
    ...rest,
    file,
    include: listed ? tables : undefined,
    tables: listed ? {} : settings(tables ?? {}),
    exclude: exclude ?? [],
    accept: accept ?? [],
    ifExists: if_exists,
    onConflict: on_conflict,
    onFailure: on_failure,
    busySeconds: busy_timeout,
    rules: rules?.map(ruleOf),
    files: files && fileOptions(files),
    mapping: mapping && readMapping(mapping),
    how: clean({
      chunkRows: how?.chunk_rows,
      chunkBytes: how?.chunk_bytes,
      tables: how?.tables,
      lanes: how?.lanes,
    }),
    positions: places,
  })
}

function fileOptions({ escape_formulas, ...rest }: NonNullable<PlanFileData['files']>): FileOptions {
  return clean({ ...rest, escapeFormulas: escape_formulas })
}

type TableMap = Exclude<PlanFileData['tables'], string[] | undefined>

function settings(tables: TableMap): PlanFile['tables'] {
  return Object.fromEntries(
    Object.entries(tables).map(([name, table]) => [
      name,
      clean({
        skip: table?.skip ?? false,
        target: table?.target,
        onError: table?.on_error,
        orphans: table?.orphans,
        onConflict: table?.on_conflict,
        columns: Object.fromEntries(
          Object.entries(table?.columns ?? {}).map(([column, set]) => [column, columnSettings(set ?? {})]),
        ),
      }),
    ]),
  )
}

type ColumnMap = NonNullable<NonNullable<TableMap[string]>['columns']>

function columnSettings(set: NonNullable<ColumnMap[string]>): ColumnSettings {
  const { cast, on_error, default: fallback, ...rest } = set
  return clean({ ...rest, conversion: cast, onError: on_error, fallback })
}

type Clean<T> = { [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>
}

/** Without keys that are there and undefined: JSON loses them, and hashes must not see a difference. */
function clean<T extends object>(value: T): Clean<T> {
  return Object.fromEntries(Object.entries(value).filter(([, inner]) => inner !== undefined)) as Clean<T>
}
