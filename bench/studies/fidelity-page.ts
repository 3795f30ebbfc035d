// Writes the measured tables and the plot into docs/understand/fidelity.md.
import { readFile, writeFile } from 'node:fs/promises';
import { scatterSvg } from '../measure/plot.js';
import { type FrontierRow, renderFrontier } from './frontier.js';

/** Writes the measured part of fidelity.md in `folder`, between its marks, and the plot beside it. */
export async function writeFidelityPage({
  folder,
  rows,
  tables,
}: {
  folder: string;
  rows: readonly FrontierRow[];
  tables: Readonly<Record<string, string>>;
}): Promise<void> {
  const file = `${folder}/fidelity.md`;
  const text = await readFile(file, 'utf8');
  await writeFile(
    file,
    Object.entries({ frontier: renderFrontier(rows), ...tables }).reduce(
      (page, [mark, table]) => insertTable({ page, mark, table, file }),
      text,
    ),
  );
  const dataset = Object.keys(rows[0]!.tau)[0]!;
  const measured = rows.flatMap((row) =>
    row.millisecondsPerWritten === undefined ? [] : [{ ...row, x: row.millisecondsPerWritten }],
  );
  const points = measured.map(({ cohort, weights, drawing, features, draws, batch, x, tau }) => ({
    label: `${draws} x ${batch}`,
    group: `${cohort}, weights ${weights}${drawing ? ` ${drawing}` : ''}, features at ${features}, batch ${batch}`,
    x,
    y: tau[dataset]!.mean,
    low: tau[dataset]!.low,
    high: tau[dataset]!.high,
  }));
  const xTitle = 'milliseconds a written candidate';
  await writeFile(
    `${folder}/fidelity.svg`,
    scatterSvg({ points, xTitle, yTitle: `Kendall's tau, ${dataset}` }),
  );
}

/** The page with the table inserted between two marks. */
function insertTable({
  page,
  mark,
  table,
  file,
}: {
  page: string;
  mark: string;
  table: string;
  file: string;
}): string {
  const [begin, end] = [`<!-- ${mark} -->`, `<!-- /${mark} -->`];
  if (!page.includes(begin) || !page.includes(end))
    throw new Error(`${file} has no marks ${begin} and ${end}`);
  return `${page.slice(0, page.indexOf(begin))}${begin}\n${table}\n${page.slice(page.indexOf(end))}`;
}
