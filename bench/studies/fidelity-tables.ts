// Renders the results of `npm run bench:fidelity` as Markdown tables and as a plot, for the page about
// fidelities.
import type { CombinationRow } from '../measure/combinations.js';
import { scatterSvg } from '../measure/plot.js';
import type { ScreeningRow } from '../measure/screening.js';
import type { FrontierRow } from './frontier.js';

/** The contents of bench/results/fidelity.json. */
export interface FidelityReport {
  readonly frontier: readonly FrontierRow[];
  readonly screening: readonly ScreeningRow[];
  readonly combinations: readonly CombinationRow[];
}

/** The setting of the presets `screen` and `standard`, of which the second and third table speak. */
const PRESET = 'classes-shared-stages-b8-r32';

/**
 * The tables by name. Rows of the frontier are sorted by time. Ways to draw weights that no search offers are
 * in the results and not in the tables.
 */
export function fidelityTables({ frontier, screening, combinations }: FidelityReport) {
  const ofPreset = ({ setting }: { readonly setting: string }) => setting === PRESET;
  return {
    frontier: frontierTable(frontier.filter(isOffered)),
    screening: screeningTable(screening.filter(ofPreset)),
    combinations: combinationTable(combinations.filter(ofPreset)),
  };
}

function isOffered({ drawing }: FrontierRow): boolean {
  return drawing === undefined;
}

/** τ against time as an SVG picture; points of one setting are joined. */
export function fidelityPlot(frontier: readonly FrontierRow[]): string {
  const dataset = Object.keys(frontier[0]!.tau)[0]!;
  const points = sortByTime(frontier.filter(isOffered)).flatMap((row) => {
    const { cohort, weights, features, draws, batch, millisecondsPerWritten: x, tau } = row;
    if (x === undefined) return [];
    const { mean, low, high } = tau[dataset]!;
    return {
      label: `${draws} x ${batch}`,
      group: `${cohort}, weights ${weights}, features at ${features}, batch ${batch}`,
      x,
      y: mean,
      low,
      high,
    };
  });
  const yTitle = `Kendall's tau, ${dataset}`;
  return scatterSvg({ points, xTitle: 'milliseconds for each written candidate', yTitle });
}

function frontierTable(rows: readonly FrontierRow[]): string {
  const datasets = Object.keys(rows[0]?.tau ?? {});
  const head = ['cohort', 'weights', 'features', 'draws x batch x resolution', 'seeds', 'ms', ...datasets];
  const lines = sortByTime(rows).map((row) => [
    row.cohort,
    row.weights,
    row.features,
    `${row.draws} x ${row.batch} x ${row.resolution}`,
    String(row.seeds),
    row.millisecondsPerWritten?.toFixed(2) ?? 'not measured',
    ...datasets.map((dataset) => {
      const { mean, low, high } = row.tau[dataset]!;
      return `${mean.toFixed(4)} (${low.toFixed(3)}-${high.toFixed(3)})`;
    }),
  ]);
  return table(head, lines);
}

function screeningTable(rows: readonly ScreeningRow[]): string {
  const datasets = Object.keys(rows[0]?.accuracy ?? {});
  const head = ['draws', 'kept', 'seeds', 'work', 'top 50 shared', ...datasets];
  const percent = (value: number) => `${(value * 100).toFixed(0)} %`;
  const lines = rows.map(({ draws, keep, seeds, work, shared, accuracy }) => [
    String(draws),
    percent(keep),
    String(seeds),
    percent(work),
    percent(shared),
    ...datasets.map((dataset) => accuracy[dataset]!.toFixed(2)),
  ]);
  return table(head, lines);
}

function combinationTable(rows: readonly CombinationRow[]): string {
  const datasets = Object.keys(rows[0]?.tau ?? {});
  const head = ['draws', 'seeds', 'combined as', ...datasets];
  const lines = rows.map(({ draws, seeds, way, tau }) => [
    String(draws),
    String(seeds),
    way,
    ...datasets.map((dataset) => tau[dataset]!.toFixed(4)),
  ]);
  return table(head, lines);
}

function sortByTime(rows: readonly FrontierRow[]): FrontierRow[] {
  const time = ({ millisecondsPerWritten }: FrontierRow) =>
    millisecondsPerWritten ?? Number.POSITIVE_INFINITY;
  return [...rows].sort((a, b) => time(a) - time(b));
}

function table(head: readonly string[], lines: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
