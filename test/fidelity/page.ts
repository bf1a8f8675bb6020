/** The table of cases as Markdown: what the tests prove, for readers. */
import { type Case, type Group, readOf } from './case.ts'
import { GROUPS } from './cases.ts'
import { OBJECTS, type ObjectCase } from './object-cases.ts'

const [BEGIN, END] = [
  '<!-- made from test/fidelity/cases by `npm run generate` -->',
  '<!-- end of the cases -->',
]

/** The page with its table of cases renewed; what is written by hand around it stays. */
export function withCases(page: string): string {
  const [from, to] = [page.indexOf(BEGIN), page.indexOf(END)]
  if (from < 0 || to < from) throw new Error('the page has no place for the cases')
  const sections = [...GROUPS.map(section), objects()].join('\n\n')
  return `${page.slice(0, from)}${BEGIN}\n\n${sections}\n\n${page.slice(to)}`
}

function section({ title, cases }: Group): string {
  const head = '| declared | values | becomes | said, or asked for |\n|---|---|---|---|'
  return [`### ${title}`, '', head, ...cases.map(line)].join('\n')
}

function objects(): string {
  const head = '| SQLite | PostgreSQL | said |\n|---|---|---|'
  return [
    '### Objects, as PostgreSQL prints them (`$t` stands for a table)',
    '',
    head,
    ...OBJECTS.map(objectLine),
  ].join('\n')
}

function objectLine({ sql, there, findings = [] }: ObjectCase): string {
  return `| ${code(sql)} | ${there.map(code).join('<br>')} | ${[...new Set(findings)].map(said).join(', ')} |`
}

const said = (finding: string): string => finding.replace(/^(\w+) (.*)$/, '`$2` ($1)')

function line(each: Case): string {
  const cells = [code(each.declared || '(nothing)'), list(each.values), becomes(each), told(each)]
  return `| ${cells.join(' | ')} |`
}

function becomes(each: Case): string {
  if (each.type === undefined) return 'the run does not start'
  const printed = readOf(each).map(text => text ?? 'NULL')
  const same = each.read === undefined ? '' : `: ${list(printed)}`
  const aside = each.quarantined ? `; ${each.quarantined} in quarantine` : ''
  return `${code(each.type)}${same}${aside}`
}

function told({ findings = [], line, accept }: Case): string {
  const plan =
    line &&
    code(
      `{ ${Object.entries(line)
        .map(([key, value]) => `${key}: ${value}`)
        .join(', ')} }`,
    )
  const consent = accept && code(`--accept ${accept}`)
  return [plan, consent, ...(accept ? [] : findings.map(said))].filter(Boolean).join(', ')
}

const LONGEST = 60

const list = (texts: string[]): string =>
  texts.map(text => code(text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text)).join(', ') ||
  '(no rows)'

/** Controls and invisible characters by number, so that the page shows what is meant. */
function code(text: string): string {
  const visible = text.replace(
    /[\p{Cc}\p{Cf}\p{Cn}\p{Co}\p{Cs}]/gu,
    character => `\\u{${character.codePointAt(0)!.toString(16)}}`,
  )
  const marked = visible.replaceAll('|', '\\|')
  return marked.includes('`') ? `\`\` ${marked} \`\`` : `\`${marked === '' ? ' ' : marked}\``
}
