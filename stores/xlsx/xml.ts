/** XML of workbooks, read piece by piece. */
import { SaxesParser } from 'saxes'
import { sourceFailure, suspicious } from './refused.ts'
import type { Zip } from './zip.ts'

/** What is told of a part. Names come without a prefix of their name space. */
export interface XmlHandler {
  open(name: string, attributes: Record<string, string>): void
  close(name: string): void
  text?(text: string): void
}

/** A cell holds 32,767 characters: a part that goes on for so many without a tag is no part of a workbook. */
const LONGEST = 16 * 2 ** 20

/**
 * Reads a part of a workbook; after each piece that it was given the generator lets its reader take what has come. Fails with
 * `source` for XML that is not well-formed, and for any with a DTD: no workbook has one, and entities can grow without limit.
 */
export async function* parts(zip: Zip, name: string, handler: XmlHandler): AsyncGenerator<void> {
  let silent = 0
  const parser = new SaxesParser<{ position: false; xmlns: false }>({ position: false, xmlns: false })
  parser.on('doctype', () => {
    throw suspicious(zip.path, 'a part of it has a DTD')
  })
  parser.on('opentag', ({ name, attributes }) => {
    silent = 0
    handler.open(local(name), attributes)
  })
  parser.on('closetag', ({ name }) => {
    silent = 0
    handler.close(local(name))
  })
  if (handler.text) parser.on('text', text => handler.text!(text))
  if (handler.text) parser.on('cdata', text => handler.text!(text))
  let decoder: ReturnType<typeof decoderOf> | undefined
  const give = (piece: string) => {
    if ((silent += piece.length) > LONGEST) throw suspicious(zip.path, 'a cell of it never ends')
    parser.write(piece)
  }
  try {
    for await (const bytes of zip.read(name)) {
      decoder ??= decoderOf(bytes)
      give(decoder.decode(bytes, { stream: true }))
      yield
    }
    give(decoder?.decode() ?? '')
    parser.close()
  } catch (error) {
    if (error instanceof Error && error.name === 'Failure') throw error
    throw sourceFailure(
      zip.path,
      'the workbook is damaged: a part of it is not well-formed',
      'Get the file once more, or let a spreadsheet repair it and save it as .xlsx',
      error,
    )
  }
  yield
}

/** Reads all of a small part. */
export async function readPart(zip: Zip, name: string, handler: XmlHandler): Promise<void> {
  for await (const _ of parts(zip, name, handler)) void _
}

const local = (name: string): string => (name.includes(':') ? name.slice(name.indexOf(':') + 1) : name)

function decoderOf(bytes: Buffer) {
  const mark = bytes.readUInt16BE(0)
  const encoding = mark === 0xfffe ? 'utf-16le' : mark === 0xfeff ? 'utf-16be' : 'utf-8'
  return new TextDecoder(encoding, { fatal: true })
}
