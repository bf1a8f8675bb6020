/** Tells by its first bytes that a file of text is of another kind than its name or the user says. */
import { open } from 'node:fs/promises'
import { Failure } from '../../model/failure.ts'
import type { FileFormat } from '../../model/files/options.ts'
import { readAt } from './encoding.ts'

type Text = Extract<FileFormat, 'csv' | 'json' | 'jsonl'>

interface Kind {
  /** Bytes as characters of ISO-8859-1. */
  begins: string | RegExp
  what: string
  remedy: string
  /** It may be that all the same. */
  fits?: readonly Text[]
}

const HEAD = 512

const KINDS: Kind[] = [
  {
    begins: 'PK\x03\x04',
    what: 'a workbook, or a ZIP archive of another kind',
    remedy: 'Write xlsx: before a workbook; take other archives apart first',
  },
  { begins: 'SQLite format 3\0', what: 'a SQLite database', remedy: 'Write sqlite: before it' },
  { begins: 'PGDMP', what: 'an archive of pg_dump', remedy: 'Write dump: before it' },
  { begins: '\x1f\x8b', what: 'compressed by gzip', remedy: 'Decompress it with gunzip first' },
  { begins: '\x28\xb5\x2f\xfd', what: 'compressed by zstd', remedy: 'Decompress it with unzstd first' },
  { begins: /^BZh[1-9]1AY&SY/, what: 'compressed by bzip2', remedy: 'Decompress it with bunzip2 first' },
  {
    begins: '\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1',
    what: 'a workbook of the old kind (.xls), or one with a password',
    remedy: 'Save it as .xlsx without a password, and write xlsx: before it',
  },
  { begins: '%PDF-', what: 'a PDF', remedy: 'Export its rows as CSV' },
  { begins: /^PAR1[^ -~]/, what: 'a Parquet file', remedy: 'Convert it to CSV or JSON first' },
  {
    begins: /^(\xef\xbb\xbf)?\s*<(!doctype html|html|\?xml)/i,
    what: 'a page of HTML or XML, maybe what a server answered in place of the file',
    remedy: 'Look at it, and get the file anew',
  },
  {
    begins: /^(\xef\xbb\xbf)?\s*(\[\s*\{\s*"|\{\s*")/,
    what: 'JSON',
    remedy: 'Write json: before it',
    fits: ['json', 'jsonl'],
  },
]

/** Fails with `source` where the file is of another kind than `format`. */
export async function refuseOthers(format: Text, path: string): Promise<void> {
  await using file = await open(path)
  const head = (await readAt(file, 0, HEAD)).toString('latin1')
  const kind = KINDS.find(({ begins }) =>
    typeof begins === 'string' ? head.startsWith(begins) : begins.test(head),
  )
  if (!kind || kind.fits?.includes(format)) return
  throw new Failure({
    code: 'source',
    object: `file ${path}`,
    message: `it is no ${format === 'csv' ? 'CSV' : 'JSON'}: it is ${kind.what}`,
    remedy: kind.remedy,
  })
}
