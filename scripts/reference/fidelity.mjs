// Fills the measured tables of docs/understand/fidelity.md, and draws its plot, from
// bench/results/fidelity.json.
import { readFileSync } from 'node:fs';
import { fidelityPlot, fidelityTables } from '../../dist/bench/studies/fidelity-tables.js';

const read = (path) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const report = () => JSON.parse(read('bench/results/fidelity.json'));

/** The page with each table between its marks. */
export function fidelityPage() {
  const results = report();
  return Object.entries(fidelityTables(results)).reduce(
    (page, [name, table]) => insertTable({ page, name, text: `${table}\n\n${origin(results)}` }),
    read('docs/understand/fidelity.md'),
  );
}

export function fidelitySvg() {
  return fidelityPlot(report().frontier);
}

function insertTable({ page, name, text }) {
  const [begin, end] = [`<!-- ${name}: written by npm run docs:reference -->`, `<!-- /${name} -->`];
  if (!page.includes(begin) || !page.includes(end))
    throw new Error(`docs/understand/fidelity.md lacks the marks ${begin} and ${end}`);
  return `${page.slice(0, page.indexOf(begin))}${begin}\n${text}\n${page.slice(page.indexOf(end))}`;
}

function origin({ date, commit, machine: { cores, processor } }) {
  const version = commit ? `, commit ${commit}` : '';
  return `\`npm run bench:fidelity\`; ${date.slice(0, 10)}${version}, ${cores} cores of ${processor}.`;
}
