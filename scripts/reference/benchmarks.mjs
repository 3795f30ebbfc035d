// Writes the page of the benchmarks, and their row in README.md, from the files in bench/results.
import { median, one, results } from './benchmarks/figures.mjs';
import { fleet } from './benchmarks/fleet.mjs';
import { calibration, evolution, publishedAccuracies, rankings } from './benchmarks/rankings.mjs';
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
    'Every figure on this page comes from a file in [bench/results](../../bench/results), which the command below the table wrote. Times are medians over rounds, with the smallest and the largest in brackets. Both sides alternate within a run, because the speed of a shared machine changes from hour to hour. On another machine the ratios differ.';
  return page('Benchmarks', intro, [
    againstPyTorch(),
    otherSpaces(),
    importedNetworks(),
    wholeSearch(),
    commonBlocks(),
    evolution(),
    eigenvalues(),
    publishedAccuracies(),
    scale(),
    ...fleet(),
    rankings(),
    assembled(),
    calibration(),
    proxies(),
    otherRuns(),
  ]);
}

export function benchmarkRow() {
  const cells = [8, 64].map((batch) => {
    const { ours, theirs, ratios } = results('baseline').rows.find(
      (row) => row.scorers === 2 && row.batch === batch,
    );
    return `${one(median(ours))} ms against ${one(median(theirs.contiguous))} ms (${one(ratios.contiguous.median)} times) at batch ${batch}`;
  });
  return `Scoring one candidate of NAS-Bench-201 compared with eager PyTorch on the same 2 cores: ${cells.join(', ')}. [All benchmarks](docs/understand/benchmarks.md) name their machine and command.`;
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
