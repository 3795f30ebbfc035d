// Renders the report of a finished search as one HTML file that needs no network and no script.
import { createHash } from 'node:crypto';
import { formatCount } from '../text/display-numbers.js';
import { html, toText, trustMarkup } from './html.js';
import { drawContents, drawSection, type Section } from './parts.js';
import type { ReportData } from './report-data.js';
import { drawAccuracies } from './sections/accuracies.js';
import { drawCosts, drawEvolution } from './sections/costs.js';
import { drawOthers } from './sections/others.js';
import { drawProxies } from './sections/proxies.js';
import { drawRanking, drawWinners } from './sections/ranking.js';
import { drawFailures, drawSearched, drawSpecification } from './sections/searched.js';
import { drawChecklist, drawStability } from './sections/stability.js';
import { drawSummary } from './sections/summary.js';
import { STYLE } from './style.js';

const SECTIONS: readonly ((data: ReportData) => Section | undefined)[] = [
  drawSummary,
  drawChecklist,
  drawRanking,
  drawWinners,
  drawCosts,
  drawAccuracies,
  drawEvolution,
  drawStability,
  drawProxies,
  drawOthers,
  drawSearched,
  drawFailures,
  drawSpecification,
];

/** Equal data give equal bytes. The file refuses scripts, requests, and styles that are not its own. */
export function renderReport(data: ReportData): string {
  const { name, id } = data.facts;
  const style = createHash('sha256').update(STYLE).digest('base64');
  const policy = `default-src 'none'; style-src 'sha256-${style}'; base-uri 'none'; form-action 'none'`;
  const sections = SECTIONS.map((draw) => draw(data)).filter((each) => each !== undefined);
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${name}: report of an architecture search</title>
<style>${trustMarkup(STYLE)}</style>
</head>
<body>
<header>
<h1>${name}</h1>
<p class="quiet">Report of a training-free architecture search, ${formatCount(data.summary.candidates)} candidates. Search <code>${id}</code>.</p>
</header>
<main>
${drawContents(sections)}${sections.map(drawSection)}</main>
</body>
</html>
`;
  return toText(page);
}
