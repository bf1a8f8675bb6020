/** The report as one HTML file: nothing outside of it is asked for, and no script is needed to read it. */
import type { ReportDocument } from '../document.ts'
import { balance } from './balance.ts'
import { baseline } from './baseline.ts'
import { differences, findings, leftOut } from './findings.ts'
import { about, verdict } from './head.ts'
import { intake } from './intake.ts'
import { type Html, html } from './markup.ts'
import { pace } from './pace.ts'
import { people } from './people.ts'
import { repairs } from './repairs.ts'
import { rules } from './rules.ts'
import { schema } from './schema.ts'
import { STYLE } from './style.ts'
import { timeline } from './timeline.ts'
import { unequalRows, wouldNotReturn } from './unequal.ts'
import { notChecked, rolledBack, wayBack } from './way-back.ts'

/** A whole document. Browsers that know it also keep it from loading or running anything. */
export function htmlReport(report: ReportDocument): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<title>Migration ${report.result.name}: ${report.headline.title}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
${sections(report)}</main>
<footer>Written by longhaul. Amounts of bytes are powers of 1024; times are UTC. It holds no value of any row.</footer>
</body>
</html>
`.text
}

const sections = (report: ReportDocument): Html[] =>
  [
    verdict(report),
    rolledBack(report),
    differences(report),
    about(report),
    timeline(report),
    intake(report),
    pace(report),
    balance(report),
    unequalRows(report),
    wouldNotReturn(report),
    schema(report),
    rules(report),
    repairs(report),
    findings(report),
    leftOut(report),
    people(report),
    baseline(report),
    notChecked(report),
    wayBack(report),
  ].flatMap(section => section ?? [])
