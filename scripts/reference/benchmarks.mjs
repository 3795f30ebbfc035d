// Writes the page of the benchmarks, and their row in README.md, from the files in bench/results.
import { median, one, results } from './benchmarks/figures.mjs';
import { fleet } from './benchmarks/fleet.mjs';
import { calibration, evolution } from './benchmarks/rankings.mjs';
import {
  againstPyTorch,
  assembled,
  commonBlocks,
  eigenvalues,
  importedNetworks,
  otherSpaces,
  proxies,
  scale,
  wholeSearch,
} from './benchmarks/speed.mjs';
import { page } from './markdown.mjs';

export function benchmarksPage() {
  const intro =
    'Every figure on this page comes from a file in [bench/results](../../bench/results), which the command below the table wrote. Times are medians over rounds, with the smallest and the largest in brackets. Both sides alternate within a run, because the speed of a shared machine changes from hour to hour. On another machine the ratios differ. Where no proxy is named, scores are those of the proxies of AZ-NAS that the space defines (four, three of transformers), as `aggregation: log-rank` ranks by them; the default, `assembled`, has [a section of its own](#the-preset-assembled-beside-standard). How well rankings agree with trained accuracies is on [a page of its own](rankings.md).';
  return page('Benchmarks', intro, [
    againstPyTorch(),
    otherSpaces(),
    importedNetworks(),
    wholeSearch(),
    commonBlocks(),
    evolution(),
    eigenvalues(),
    scale(),
    ...fleet(),
    assembled(),
    calibration(),
    proxies(),
    otherRuns(),
  ]);
}

export function benchmarkRow() {
  const [shared, own] = [results('baseline'), results('baseline-weights-of-each')];
  const rows = [...shared.rows, ...own.rows];
  const inPairs = ({ scorers }) => scorers === 2;
  const cells = [8, 64].map((batch) => {
    const { ours, theirs, ratios } = shared.rows.find((row) => inPairs(row) && row.batch === batch);
    return `${one(median(ours))} ms against ${one(median(theirs.contiguous))} ms (${one(ratios.contiguous.median)} times) at batch ${batch}`;
  });
  const layouts = ['contiguous', 'channels_last'];
  const others = [
    `channels_last in PyTorch ${span(shared.rows.filter(inPairs), ['channels_last'])}`,
    `weights of each candidate ${span(own.rows.filter(inPairs), layouts)} over both layouts`,
    `one scorer of two threads ${span(
      rows.filter((row) => !inPairs(row)),
      layouts,
    )} over both layouts and both kinds of weights (below 1, PyTorch is faster)`,
  ];
  return `Scoring one candidate of NAS-Bench-201 by the four proxies of AZ-NAS (\`aggregation: log-rank\`) on ${shared.machine.cores} cores, with two scorers of one thread each and weights shared by all candidates, beside eager PyTorch with ${shared.versions.threads} threads, in the contiguous layout and with new weights for each candidate: ${cells.join(', ')}. Less favourable, over batches of 8 to 64: ${others.join('; ')}. [All benchmarks](docs/understand/benchmarks.md) name their machine and command.`;
}

/** The smallest and the largest median ratio of the rows, over these layouts of PyTorch. */
function span(rows, layouts) {
  const ratios = rows.flatMap(({ ratios }) => layouts.map((layout) => ratios[layout].median));
  return `${one(Math.min(...ratios))} to ${one(Math.max(...ratios))} times`;
}

function otherRuns() {
  const list = results('other-runs').runs.map(({ date, commit, machine, text }) => {
    const where = [`recorded ${date}`, `commit ${commit}`, ...(machine ? [machine] : [])].join(', ');
    return `- ${text} (${where}.)`;
  });
  return [
    '## Other runs',
    'One-time measurements of which only a summary was kept. Dates and commits say when each was recorded.',
    list.join('\n'),
  ].join('\n\n');
}
