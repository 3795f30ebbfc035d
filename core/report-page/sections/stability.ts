// Says how far the ranking depends on chance, and answers the questions of the checklist.
import { drawIntervals } from '../../charts/intervals.js';
import type { ChecklistEntry } from '../../comparison/checklist.js';
import { tellingStays } from '../../comparison/stability.js';
import { formatPercent } from '../../text/display-numbers.js';
import { html, withCode } from '../html.js';
import { drawFigure, type Section, section } from '../parts.js';
import { comparisonOf, type ReportData } from '../report-data.js';

const VERDICTS: Readonly<Record<ChecklistEntry['verdict'], string>> = {
  good: 'good',
  caution: 'caution',
  unknown: 'not known',
  advice: 'advice',
};

export function drawStability(data: ReportData): Section | undefined {
  const comparison = comparisonOf(data);
  if (!comparison) return undefined;
  const { draws, betweenDraws, winners } = comparison.stability;
  if (!betweenDraws)
    return section('stability', 'How steady the ranking is', [
      html`<p>Not known: each candidate was scored under one random draw of weights and images. A search with three draws (<code>fidelity.draws</code>, and all else as before) says how far ranks move by chance.</p>
`,
    ]);
  const rows = winners.flatMap(({ rank, ranks }) =>
    ranks ? [{ rank, low: Math.min(...ranks), high: Math.max(...ranks) }] : [],
  );
  const stays = describeStays(tellingStays(betweenDraws, comparison.candidates));
  const tau =
    betweenDraws.kendall === null
      ? ''
      : ` Two single draws agree with a Kendall's tau of ${betweenDraws.kendall.toFixed(2)}.`;
  return section('stability', 'How steady the ranking is', [
    html`<p>Each candidate was scored under ${draws} random draws of weights and images. When the draws are resampled, on average ${stays}.${tau}</p>
`,
    ...(rows.length > 0
      ? [
          drawFigure(
            drawIntervals({ id: 'ranks', title: `Intervals of the first ${rows.length} ranks`, rows }),
            `For each of the first ${rows.length}, from top to bottom: its rank (dot), and the interval in which its rank lies in 95 % of the resampled draws (bar). Long bars say that the order among the first is chance. Candidates that compute the same function count once.`,
          ),
        ]
      : []),
  ]);
}

/** `the best stays first in 79 % of the cases, 93 % of the first 10 stay there`. */
function describeStays(stays: readonly { readonly k: number; readonly share: number }[]): string {
  const different = stays.filter(({ k }, i) => stays.findIndex((other) => other.k === k) === i);
  const words = different.map(({ k, share }) =>
    k === 1
      ? `the best stays first in ${formatPercent(share)} of the cases`
      : `${formatPercent(share)} of the first ${k} stay there`,
  );
  return words.join(', ');
}

export function drawChecklist(data: ReportData): Section | undefined {
  const { comparison } = data;
  if ('missing' in comparison)
    return section('checklist', 'What it means for a decision', [
      html`<p>${withCode(comparison.missing)}</p>\n`,
    ]);
  return section('checklist', 'What it means for a decision', [
    html`<div class="answers">
${comparison.checklist.map(
  ({
    question,
    verdict,
    answer,
  }) => html`<div><h3>${question} <span class="verdict ${verdict}">${VERDICTS[verdict]}</span></h3>
<p>${withCode(answer)}</p></div>
`,
)}</div>
`,
  ]);
}
