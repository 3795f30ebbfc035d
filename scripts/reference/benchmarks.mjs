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
    return `${one(median(ours))} ms at batch ${batch}, where eager PyTorch takes ${one(median(theirs.contiguous))} ms (${one(ratios.contiguous.median)} times)`;
  });
  const layouts = ['contiguous', 'channels_last'];
  const medians = rows.flatMap(({ ratios }) => layouts.map((layout) => ratios[layout].median));
  const slower = medians.some((ratio) => ratio < 1) ? '; below 1, PyTorch is faster' : '';
  const others = [
    `Beside PyTorch in channels_last it is ${span(shared.rows.filter(inPairs), ['channels_last'])}.`,
    `Where zeroscout draws new weights too, it is ${span(own.rows.filter(inPairs), layouts)} in either layout.`,
    `With one scorer of two threads it is ${span(
      rows.filter((row) => !inPairs(row)),
      layouts,
    )} in either layout, with shared or new weights${slower}.`,
  ];
  return [
    `Scoring one candidate of NAS-Bench-201 takes ${cells.join(', and ')}. Both compute the four proxies of AZ-NAS (\`aggregation: log-rank\`) on ${shared.machine.cores} cores: zeroscout in two processes of one thread (scorers), whose candidates share their weights; PyTorch in one process of ${shared.versions.threads} threads, in the contiguous layout and with new weights for each candidate.`,
    `Over batches of 8 to 64, the ratio of other settings is lower. ${others.join(' ')}`,
    importedRow(),
    '[All benchmarks](docs/understand/benchmarks.md) name their machine and command.',
  ].join(' ');
}

function importedRow() {
  const { rows } = results('onnx');
  const ratios = rows.map(({ ratios }) => ratios.contiguous.median);
  const least = rows[ratios.indexOf(Math.min(...ratios))];
  return `Imported networks: ${one(median(ratios))} times, the median over ${rows.length} networks of torchvision; ${one(Math.min(...ratios))} to ${one(Math.max(...ratios))}, least for ${least.name}.`;
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
