// Prints measured searches as a table with a column for each size, and the growth from one size to the next.
import type { ScaleRun } from './measure.js';

const MEGA = 1e6;

export function scaleTables(runs: readonly ScaleRun[]): string {
  const head = ['', ...runs.map(({ candidates }) => candidates.toLocaleString('en-US'))];
  const table: (readonly string[])[] = [head];
  const row = (name: string, value: (run: ScaleRun) => number | undefined, digits = 1) =>
    table.push([name, ...runs.map((run) => value(run)?.toFixed(digits) ?? '-')]);
  row('seconds, specification to ranking.parquet', ({ seconds }) => seconds);
  row('  microseconds a candidate', ({ seconds, candidates }) => (seconds * 1e6) / candidates, 0);
  for (const step of namesOf(runs, ({ histories }) => Object.keys(histories.steps)))
    row(`  ${step}`, ({ histories }) => histories.steps[step]);
  table.push([
    'growth over the size before (n log n would be)',
    ...runs.map((run, i) => growth({ run, before: runs[i - 1] })),
  ]);
  row('processor seconds, all processes', ({ processes }) =>
    processes.reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0),
  );
  const processes = namesOf(runs, (run) => run.processes.map(({ name }) => name));
  const of = (run: ScaleRun, name: string) => run.processes.find((one) => one.name === name);
  for (const name of processes) row(`  ${name}`, (run) => of(run, name)?.cpuSeconds);
  table.push(['largest resident size, MB', ...runs.map(() => '')]);
  for (const name of processes)
    row(
      `  ${name}`,
      (run) => {
        const bytes = of(run, name)?.peakBytes;
        return bytes === undefined ? undefined : bytes / MEGA;
      },
      0,
    );
  row('histories', ({ histories }) => histories.runs, 0);
  row('  events of the longest', ({ histories }) => histories.largestEvents, 0);
  row('  MB of the largest', ({ histories }) => histories.largestBytes / MEGA, 2);
  row('disk, MB: NATS', ({ disk }) => disk.nats / MEGA, 0);
  row('  Temporal', ({ disk }) => disk.temporal / MEGA, 0);
  row('  files', ({ disk }) => disk.files / MEGA, 0);
  return align(table);
}

/** Aligns the first column to the left and the others, which are numbers, to the right. */
function align(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const pad = (cell: string, column: number) =>
    column === 0 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!);
  return rows.map((row) => row.map(pad).join('  ').trimEnd()).join('\n');
}

function growth({ run, before }: { readonly run: ScaleRun; readonly before: ScaleRun | undefined }): string {
  if (!before) return '-';
  const nLogN = (n: number) => n * Math.log(n);
  const expected = nLogN(run.candidates) / nLogN(before.candidates);
  return `${(run.seconds / before.seconds).toFixed(1)} (${expected.toFixed(1)})`;
}

function namesOf(runs: readonly ScaleRun[], names: (run: ScaleRun) => readonly string[]): string[] {
  return [...new Set(runs.flatMap(names))];
}
