// Lists what was searched and how: space, fidelity, seeds, time, workers, and what could not be scored.
import { formatCount, formatDuration, formatNumber, formatPercent } from '../../text/display-numbers.js';
import { type Html, html } from '../html.js';
import { drawFacts, drawTable, type Fact, type Section, section } from '../parts.js';
import type { ReportData } from '../report-data.js';
import { shortenMiddle } from './ranking.js';

const LONGEST_DETAIL = 300;

export function drawSearched(data: ReportData): Section | undefined {
  const { rounds = [] } = data.summary;
  return section('searched', 'What was searched', [
    drawFacts([...spaceFacts(data), ...countFacts(data), ...workFacts(data)]),
    ...(rounds.length > 1 ? [drawRounds(rounds)] : []),
  ]);
}

function spaceFacts({ facts }: ReportData): readonly Fact[] {
  const { space, spaceSize, strategy, fidelity, ranking, seed } = facts;
  const { draws, ...others } = fidelity;
  const words = Object.entries(others).map(([name, value]) => `${name} ${formatSetting(value)}`);
  return [
    ['space', space],
    ...(spaceSize === undefined
      ? []
      : [['candidates in the space', formatCount(Number(spaceSize))] as const]),
    ['strategy', strategy],
    ['fidelity', [`${draws} random ${draws === 1 ? 'draw' : 'draws'}`, ...words].join(', ')],
    ['ranked by', ranking],
    ['seed', String(seed)],
  ];
}

function formatSetting(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value);
  const parts = Object.entries(value).map(([name, setting]) => `${name} ${formatSetting(setting)}`);
  return `(${parts.join(', ')})`;
}

function countFacts({ summary }: ReportData): readonly Fact[] {
  const { candidates, scored, reused, failed, classes, shared = 0 } = summary;
  const { generations, drawn, verification, rounds = [] } = summary;
  // With screening, functions are counted in the last round, and candidates in the first.
  const where = rounds.length > 1 ? ' in the last round' : '';
  const rejected = drawn ? Object.values(drawn.rejected).reduce((sum, count) => sum + count, 0) : 0;
  return [
    [
      'candidates',
      `${formatCount(candidates)}: ${formatCount(scored)} scored, ${formatCount(reused)} with a score from before, ${formatCount(failed)} that could not be scored`,
    ],
    ...(classes === undefined
      ? []
      : [
          [
            `distinct functions${where}`,
            `${formatCount(classes)}; ${formatCount(shared)} ${shared === 1 ? 'candidate shares' : 'candidates share'} another's score`,
          ] as const,
        ]),
    ...(generations === undefined ? [] : [['generations', formatCount(generations)] as const]),
    ...(drawn
      ? [
          [
            'drawn',
            `${formatCount(drawn.proposed)}, of which constraints rejected ${formatPercent(rejected / Math.max(1, drawn.proposed))}`,
          ] as const,
        ]
      : []),
    ...(verification
      ? [
          [
            'verified by another worker',
            `${formatCount(verification.verified)} of ${formatCount(verification.scores)} scores; ${formatCount(verification.disagreements)} disagreements`,
          ] as const,
        ]
      : []),
  ];
}

function workFacts({ facts, summary }: ReportData): readonly Fact[] {
  const { started, ended, device, engine, workers, id } = facts;
  const { seconds, millisecondsPerCandidate } = summary;
  return [
    ['begun', formatTime(started)],
    ...(ended === undefined ? [] : [['ended', formatTime(ended)] as const]),
    [
      'time',
      `${formatDuration(seconds)}${millisecondsPerCandidate > 0 ? `, ${formatNumber(millisecondsPerCandidate)} ms for each candidate` : ''}`,
    ],
    ...(workers === undefined ? [] : [['workers that computed the scores', formatCount(workers)] as const]),
    ['device', device],
    ...(engine === undefined ? [] : [['version of the engine', engine] as const]),
    ['id', html`<code>${id}</code>`],
    ['digest of the ranking (SHA-256)', html`<code>${summary.rankingSha256}</code>`],
  ];
}

/** `2026-11-28 05:10 UTC`: the reader may live in another time zone than the machine. */
function formatTime(iso: string): string {
  return `${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC`;
}

function drawRounds(rounds: NonNullable<ReportData['summary']['rounds']>): Html {
  return html`<h3>Rounds of screening</h3>
${drawTable({
  caption: 'Candidates of each round',
  columns: ['round', 'candidates', 'score from before', 'not scored', 'time'].map((name) => ({
    name,
    kind: 'number',
  })),
  rows: rounds.map(({ candidates, reused, failed, seconds }, i) => [
    i + 1,
    ...[candidates, reused, failed].map(formatCount),
    formatDuration(seconds),
  ]),
})}`;
}

export function drawFailures({ failures }: ReportData): Section | undefined {
  if (failures.length === 0) return undefined;
  const byReason = new Map<string, typeof failures>();
  for (const failure of failures)
    byReason.set(failure.reason, [...(byReason.get(failure.reason) ?? []), failure]);
  return section('failures', 'What could not be scored', [
    drawTable({
      caption: `${formatCount(failures.length)} candidates that were set aside, by reason`,
      columns: [
        { name: 'reason' },
        { name: 'candidates', kind: 'number' },
        { name: 'for example', kind: 'candidate' },
        { name: 'what happened' },
      ],
      rows: [...byReason].map(([reason, [first, ...others]]) => [
        reason,
        formatCount(1 + others.length),
        shortenMiddle(first!.candidate, LONGEST_DETAIL),
        shortenMiddle(first!.detail, LONGEST_DETAIL),
      ]),
    }),
  ]);
}

export function drawSpecification({ facts: { specification } }: ReportData): Section | undefined {
  return section('specification', 'Specification', [
    html`<p>What was asked for, with every default. A search of the same specification gives the same ranking, byte for byte, on machines of one kind.</p>
<pre>${specification}</pre>
`,
  ]);
}
