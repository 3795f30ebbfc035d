// Draws score against each cost, with the Pareto front, and the course of an evolution.
import { drawLines } from '../../charts/lines.js';
import { drawScatter, type Scatter } from '../../charts/scatter.js';
import { type ParetoCost, paretoFront } from '../../report/pareto.js';
import { formatCount, formatNumber } from '../../text/display-numbers.js';
import { type Html, html } from '../html.js';
import { drawFigure, type Section, section } from '../parts.js';
import type { ReportColumns, ReportData } from '../report-data.js';

/** The worst scores lie far below the others; the axis begins where this share of them ends. */
const WORST = 0.05;
/** Fewer candidates than this are drawn to the last one. */
const FEW = 100;

const AXES: Readonly<Record<ParetoCost, string>> = {
  flops: 'FLOPs (multiply-accumulate operations)',
  parameters: 'parameters',
  latency: 'latency in milliseconds',
};

export function drawCosts({ columns, facts: { image } }: ReportData): Section | undefined {
  const figures = (['flops', 'latency', 'parameters'] as const).flatMap((cost) => {
    const drawn = drawCost({ columns, cost });
    return drawn ? [drawn] : [];
  });
  if (figures.length === 0) return undefined;
  const counted =
    image && columns.flops
      ? ` FLOPs are counted for images of ${image.join(' × ')}${image.length === 2 ? ' pixels' : ''}.`
      : '';
  return section('costs', 'Score against cost', [
    html`<p>Every mark is a candidate, or a cell with many of them. Higher is better, further left is cheaper. Candidates on the orange line are Pareto-optimal: no other is at least as good and as cheap; of equal ones the first counts.${counted}</p>
`,
    ...figures,
  ]);
}

/** Parameters are drawn only where there is no other cost, since they mostly follow FLOPs. */
function drawCost({
  columns,
  cost,
}: {
  readonly columns: ReportColumns;
  readonly cost: ParetoCost;
}): Html | undefined {
  const values = columns[cost];
  if (!values || (cost === 'parameters' && columns.flops)) return undefined;
  const steps = frontOf(columns, cost);
  const few = columns.score.length < FEW;
  const drawn = drawScatter({
    id: `cost-${cost}`,
    title: `Score against ${AXES[cost]}`,
    x: { name: AXES[cost], values },
    y: { name: 'score', values: columns.score, below: few ? 0 : WORST },
    steps,
    named: { index: 0, name: 'rank 1' },
  });
  if (!drawn) return undefined;
  const [first, last] = [steps[0], steps.at(-1)];
  const span =
    first === undefined || last === undefined
      ? ''
      : ` The front has ${formatCount(steps.length)} candidates, from ${formatNumber(values[first]!)} to ${formatNumber(values[last]!)}.`;
  return drawFigure(drawn.svg, `${describeMarks(drawn)}${span}`);
}

/** Says what a mark is, and how many candidates are not drawn. */
export function describeMarks({ form, drawn, outside }: Scatter): string {
  const marks =
    form === 'cells'
      ? `${formatCount(drawn)} candidates, counted in cells: the darker, the more.`
      : `${formatCount(drawn)} candidates.`;
  const left =
    outside > 0
      ? ` ${formatCount(outside)} are not drawn: the worst scores, or values that are not known or not finite.`
      : '';
  return `${marks}${left}`;
}

/** The indices of the Pareto-optimal candidates, cheapest first. */
function frontOf(columns: ReportColumns, cost: ParetoCost): readonly number[] {
  const values = columns[cost]!;
  const rows = [...values.keys()]
    .filter((i) => Number.isFinite(values[i]!) && Number.isFinite(columns.score[i]!))
    .map((i) => ({
      rank: i + 1,
      candidate: '',
      score: columns.score[i]!,
      flops: cost === 'flops' ? values[i]! : 0,
      parameters: cost === 'parameters' ? values[i]! : 0,
      ...(cost === 'latency' ? { latency: values[i]! } : {}),
    }));
  return paretoFront({ rows, cost }).map(({ rank }) => rank - 1);
}

export function drawEvolution({ generations, summary }: ReportData): Section | undefined {
  if (generations.length < 2) return undefined;
  const svg = drawLines({
    id: 'evolution-chart',
    title: 'Best and mean score by generation',
    x: 'generation',
    y: 'score',
    series: [
      { name: 'best so far', values: generations.map(({ best }) => best) },
      { name: 'mean of the generation', values: generations.map(({ mean }) => mean) },
    ],
  });
  if (svg === undefined) return undefined;
  const { drawn, ended } = summary;
  const rejected = drawn ? Object.values(drawn.rejected).reduce((sum, count) => sum + count, 0) : 0;
  const counts = drawn
    ? ` Of ${formatCount(drawn.proposed)} drawn, ${formatCount(rejected)} broke a constraint and ${formatCount(drawn.duplicates)} had been there before.`
    : '';
  return section('evolution', 'Evolution', [
    html`<p>The search bred its candidates in ${formatCount(generations.length)} generations from the best of those before.${counts}${ended ? ` It ended early: ${ended}` : ''}</p>
`,
    drawFigure(
      svg,
      'Scores are those of the final ranking, in which all generations stand side by side. A line that is still rising at its end says that a longer search may find better ones.',
    ),
    ...drawVariety(generations),
  ]);
}

function drawVariety(generations: ReportData['generations']): readonly Html[] {
  if (!generations.some(({ diversity }) => Number.isFinite(diversity))) return [];
  const shares = generations.map(({ drawn }) =>
    drawn && drawn.proposed > 0 ? (drawn.rejected + drawn.duplicates) / drawn.proposed : Number.NaN,
  );
  const diversity = { name: 'diversity', values: generations.map((each) => each.diversity) };
  const notTaken = { name: 'share of draws not taken', values: shares };
  const svg = drawLines({
    id: 'variety-chart',
    title: 'Diversity, and draws that were not taken, by generation',
    x: 'generation',
    y: 'share',
    series: shares.some(Number.isFinite) ? [diversity, notTaken] : [diversity],
  });
  if (svg === undefined) return [];
  return [
    drawFigure(
      svg,
      'Diversity is the mean share of choices in which two candidates of a generation differ; near 0, the evolution has settled on one kind of network. Draws are not taken if they break a constraint or were there before.',
    ),
  ];
}
