// Writes the page of the benchmarks, and their row in README.md, from the files in bench/results.
import { readFileSync } from 'node:fs';
import { page, table } from './markdown.mjs';

const results = (name) =>
  JSON.parse(readFileSync(new URL(`../../bench/results/${name}.json`, import.meta.url), 'utf8'));

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
    rankings(),
    calibration(),
    proxies(),
    otherRuns(),
  ]);
}

/** One row for README.md: NAS-Bench-201 at the batch size of the presets, and at the largest one. */
export function benchmarkRow() {
  const cells = [8, 64].map((batch) => {
    const { ours, theirs, ratios } = results('baseline').rows.find(
      (row) => row.scorers === 2 && row.batch === batch,
    );
    return `${one(median(ours))} ms against ${one(median(theirs.contiguous))} ms (${one(ratios.contiguous.median)} times) at batch ${batch}`;
  });
  return `Scoring one candidate of NAS-Bench-201 compared with eager PyTorch on the same 2 cores: ${cells.join(', ')}. [All benchmarks](docs/understand/benchmarks.md) name their machine and command.`;
}

function againstPyTorch() {
  const [shared, own] = [results('baseline'), results('baseline-weights-of-each')];
  const rows = [...shared.rows, ...own.rows].map((row) => [
    row.batch,
    row.weights === 'candidate' ? 'of each candidate' : 'shared',
    `${row.scorers} of ${row.threads} thread${row.threads > 1 ? 's' : ''}`,
    ...times(row),
  ]);
  const head = [
    'batch',
    'weights',
    'scorers',
    'zeroscout',
    'PyTorch',
    'ratio',
    'PyTorch, channels_last',
    'ratio',
    'a scorer, MB',
  ];
  return section({
    title: 'NAS-Bench-201 beside PyTorch',
    command:
      'npm run bench -- --baseline` and, for weights of each candidate, `npm run bench -- --baseline --weights candidate',
    of: shared,
    text: `Milliseconds for each candidate at 32 x 32 pixels, one draw, ${shared.rows[0].candidates} random candidates, ${shared.rounds} rounds (${own.rounds} with weights of each candidate). PyTorch ${shared.versions.torch} runs eagerly with ${shared.versions.threads} threads and draws new weights for each candidate, as is usual. Its code is [reference/pytorch](../../reference/pytorch), which passes the same golden cases. Two scorers with one thread are faster than one with two, so zeroscout uses one thread for each scorer.`,
    body: table(head, rows),
  });
}

function proxies() {
  const found = results('proxies');
  const rows = [...found.rows]
    .sort((a, b) => b.ratio - a.ratio)
    .map(({ proxy, ours, theirs, ratio }) => [
      `\`${proxy}\``,
      one(median(ours)),
      one(median(theirs)),
      one(ratio),
    ]);
  const { together } = found;
  const behind = found.rows.filter(({ ratio }) => ratio < 1).map(({ proxy }) => `\`${proxy}\``);
  const slower = behind.length > 0 ? ` Slower than PyTorch: ${behind.join(', ')}.` : '';
  const middle = one(median(found.rows.map(({ ratio }) => ratio)));
  return section({
    title: 'Proxies of whole networks beside PyTorch',
    command: `npm run bench -- --proxies ${found.batch}`,
    of: found,
    text: `Milliseconds for each candidate of NAS-Bench-201 at batch ${found.batch}, medians over ${found.candidates} candidates, from the text of the candidate to the value, with one thread on each side and PyTorch ${found.torch}. The machine was busy with other work, so times vary by a factor of several; both sides alternated. The median ratio is ${middle}.${slower} The proxies ${together.proxies.map((name) => `\`${name}\``).join(', ')} share a backward pass: in one request they take ${one(together.one)} ms together, in separate requests ${one(together.each)} ms.`,
    body: table(['proxy', 'zeroscout', 'PyTorch', 'ratio'], rows),
  });
}

function calibration() {
  const found = results('calibration');
  const spread = ([mean, deviation]) => `${mean.toFixed(3)} ± ${deviation.toFixed(3)}`;
  const rows = found.rows.map(
    ({ space, dataset, labels, chosen, own, weights, model, saysBetter, bestLabel }) => [
      `${space}, ${dataset}`,
      `${labels} ${chosen}`,
      spread(own),
      spread(weights),
      spread(model),
      `${Math.round(saysBetter * 100)} %`,
      bestLabel.toFixed(2),
    ],
  );
  const head = [
    'space, data set',
    'labels',
    'τ, `assembled`',
    'τ, fitted weights',
    'τ, fitted model',
    'says better',
    'best label',
  ];
  return [
    '## Calibration with few labels',
    `\`npm run bench:calibration\`, ${found.date.slice(0, 10)}. Kendall's τ over the candidates without a label, mean and standard deviation over ${found.sets} sets of labels, computed from the raw values of \`npm run bench:ranking\`. \`says better\` is the share of label sets for which the calibration concludes, from its labels alone, that a fitted ranking is better. \`best label\` is the accuracy of the best network among the labels. The form of the model was chosen on NAS-Bench-201 with other sets of labels; it had been tried once on NAS-Bench-Macro and Accel-NASBench, and never on the other spaces.`,
    table(head, rows),
  ].join('\n\n');
}

function otherSpaces() {
  const files = ['mobilenet-v2', 'autoformer'].map(results);
  const rows = files
    .flatMap(({ rows }) => rows)
    .map((row) => [`${row.space.kind}: ${row.name}`, row.resolution, row.batch, ...times(row)]);
  const head = [
    'candidates',
    'pixels',
    'batch',
    'zeroscout',
    'PyTorch',
    'ratio',
    'PyTorch, channels_last',
    'ratio',
    'a scorer, MB',
  ];
  return section({
    title: 'Other spaces beside PyTorch',
    command: 'npm run bench -- --space mobilenet-v2`, `npm run bench -- --space autoformer',
    of: files[0],
    text: 'Milliseconds for each candidate; every candidate is new and scored alone, with 2 scorers of one thread.',
    body: table(head, rows),
  });
}

function importedNetworks() {
  const found = results('onnx');
  const rows = found.rows.map(({ name, features, ours, oneScorer, theirs, ratios, scorerPeakBytes }) => [
    name,
    features,
    ...times({ ours, theirs, ratios, scorerPeakBytes }),
    one(median(oneScorer)),
    one(ratios.oneScorer),
  ]);
  const head = [
    'network',
    'features',
    'zeroscout',
    'PyTorch',
    'ratio',
    'PyTorch, channels_last',
    'ratio',
    'a scorer, MB',
    'one scorer of 2 threads',
    'ratio',
  ];
  const middle = (name) => two(median(found.rows.map(({ ratios }) => ratios[name].median)));
  return section({
    title: 'Imported networks beside PyTorch',
    command: 'npm run bench -- --onnx',
    of: found,
    text: `Milliseconds for each network of torchvision ${found.versions.torchvision}, exported as ONNX and imported, at ${found.resolution} pixels and batch ${found.batch}; 2 scorers of one thread, ${found.rounds} rounds. Our time includes everything from the text of the structure to the proxies, with new programs and weights. The time of PyTorch excludes the construction of the network and includes drawing its weights. Both measure the same features. The median ratio is ${middle('contiguous')}, compared with channels_last ${middle('channels_last')}.`,
    body: table(head, rows),
  });
}

function times({ ours, theirs, ratios, scorerPeakBytes }) {
  const side = (name) => [
    one(median(theirs[name])),
    `${one(ratios[name].median)} (${one(Math.min(...ratios[name].values))} to ${one(Math.max(...ratios[name].values))})`,
  ];
  return [
    one(median(ours)),
    ...side('contiguous'),
    ...side('channels_last'),
    scorerPeakBytes === undefined ? '' : megabytes(scorerPeakBytes),
  ];
}

function wholeSearch() {
  const search = results('search');
  const rows = Object.entries(search.memory).map(([name, bytes]) => [name, megabytes(bytes)]);
  return section({
    title: 'A whole search',
    command: 'npm run bench -- --candidates 200 --rounds 4',
    of: search,
    text: `From specification to ranking, including servers, store and audits, over ${search.candidates} candidates of NAS-Bench-201 at batch 16: ${one(median(search.search))} ms for each candidate. Scoring alone takes ${one(median(search.pure[16]))} ms; the search takes ${one(search.overheadPercent)} % longer, as the median over rounds. The largest resident memory of each process:`,
    body: table(['process', 'MB'], rows),
  });
}

function commonBlocks() {
  const children = results('children');
  const rows = children.rows.map(({ batch, resolution, budget, ratios, stem, blocks }) => {
    const wall = (rounds) => one(median(rounds.map(({ wall }) => wall)));
    return [resolution, batch, budget, wall(stem), wall(blocks), two(ratios.wall), two(ratios.processor)];
  });
  const head = [
    'pixels',
    'batch',
    'budget',
    'each child alone',
    'with common blocks',
    'ratio',
    'of processor time',
  ];
  return section({
    title: 'What children of an evolution have in common',
    command: 'npm run bench -- --children 300',
    of: children,
    text: 'Milliseconds for each child in the MobileNetV2 space, with 2 scorers of one thread; [blocks that a child shares with others](../guides/evolution.md#what-children-have-in-common) are not computed again. Ratios are medians over rounds and exclude the first population.',
    body: table(head, rows),
  });
}

function evolution() {
  const found = results('against-random');
  const row = (name, { rank, score }) => [name, rank, score.toFixed(3)];
  return section({
    title: 'Evolution beside random search',
    command: 'npm run bench -- --against-random 500',
    of: found,
    text: `${found.budget} bred networks and as many random ones in the MobileNetV2 space under the same constraints, seed ${found.seed}; the ${found.cohort} different ones were ranked together. ${found.bredAmongFirst} of the first 50 were bred.`,
    body: table(
      ['best of', 'rank', 'score'],
      [row('the evolution', found.evolution), row('the random networks', found.random)],
    ),
  });
}

function eigenvalues() {
  const found = results('eigenvalues');
  const rows = found.rows.map(({ name, ours, lapack, ratio, difference }) => [
    name,
    three(median(ours)),
    three(median(lapack)),
    two(ratio),
    difference.toExponential(1),
  ]);
  return section({
    title: 'Eigenvalues and singular values',
    command: 'npm run bench -- --eigenvalues',
    of: found,
    text: `Milliseconds in WebAssembly compared with LAPACK (PyTorch ${found.versions.torch}, MKL, float32, one thread); a ratio below 1 means faster than LAPACK ([decision 9](../decisions/0009-eigenvalues.md)).`,
    body: table(['', 'zeroscout', 'LAPACK', 'ratio', 'largest relative difference'], rows),
  });
}

function publishedAccuracies() {
  const found = results('imagenet');
  const [study] = found.studies;
  const rows = study.correlations.map(({ name, count, spearman, kendall }) => [
    name,
    count,
    two(spearman),
    two(kendall),
  ]);
  const accuracies = study.networks.map(({ top1 }) => top1);
  return section({
    title: 'Imported networks beside their ImageNet accuracies',
    command: 'npm run bench:imagenet -- FOLDER --draws 1',
    of: found,
    text: `${study.networks.length} models of torchvision at ${study.size} pixels, batch ${study.batch}, ${study.draws} draw, features at the ends of stages (vision transformers: of blocks), beside the published top-1 of the V1 weights (${Math.min(...accuracies).toFixed(1)} to ${Math.max(...accuracies).toFixed(1)} %). [What follows from it](../guides/own-network.md#what-the-ranking-is-worth).`,
    body: table(['column', 'networks', "Spearman's ρ", "Kendall's τ"], rows),
  });
}

function scale() {
  const { runs, ...of } = results('scale');
  const columns = (value) => runs.map(value);
  const step = (...names) =>
    columns(({ histories: { steps } }) => one(names.reduce((sum, name) => sum + steps[name], 0)));
  const processes = runs[0].processes.map(({ name }) => name);
  const ofProcess = (name) => runs.map(({ processes }) => processes.find((process) => process.name === name));
  const rows = [
    ['seconds, specification to `ranking.parquet`', ...columns(({ seconds }) => one(seconds))],
    ['of these: plan and first audit', ...step('planCandidates', 'auditScores 1')],
    ['shards', ...step('scoreShard')],
    ['second audit', ...step('auditScores 2')],
    ['ranking', ...step('rankCandidates')],
    ...processes.map((name) => [
      `processor seconds: ${name}`,
      ...ofProcess(name).map(({ cpuSeconds }) => one(cpuSeconds)),
    ]),
    ...processes.map((name) => [
      `largest resident size, MB: ${name}`,
      ...ofProcess(name).map(({ peakBytes }) => megabytes(peakBytes)),
    ]),
    ['events of the longest history', ...columns(({ histories }) => thousands(histories.largestEvents))],
    ['disk, MB: NATS', ...columns(({ disk }) => megabytes(disk.nats))],
    ['disk, MB: files', ...columns(({ disk }) => megabytes(disk.files))],
  ];
  return section({
    title: 'A million candidates',
    command: 'npm run bench:scale',
    of,
    text: 'The scorer is synthetic, everything else is as in every search ([Scale](../operate/scale.md)).',
    body: table(['candidates', ...columns(({ candidates }) => thousands(candidates))], rows),
  });
}

function rankings() {
  const of = results('ranking');
  const head = of.spaces.map(({ name, fidelity, seeds, candidates }) => {
    const what = `${candidates} of seed${seeds > 1 ? `s 1 to ${seeds}` : ' 1'}`;
    return `${name}, ${fidelity.batch} x ${fidelity.resolution} px, ${what}`;
  });
  const cells = of.spaces[0].rankers.map(({ name }, i) => [
    name,
    ...of.spaces.map(({ rankers }) => {
      const { kendall, spearman, interval } = rankers[i];
      return `${ranked(kendall)} (${interval.map(ranked).join(' to ')}), ${ranked(spearman)}`;
    }),
  ]);
  return section({
    title: 'Rankings and known accuracies',
    command: 'npm run bench:ranking -- --tables DIR',
    of,
    text: "Kendall's τ with a 95 % bootstrap interval over candidates, then Spearman's ρ; one draw for each seed, means over seeds and over the data sets or tasks of a table. Candidates are classes; for TransNAS-Bench-101 they are rows of the table. `the four` are the proxies of AZ-NAS; `assembled` is the preset ([decision 35](../decisions/0035-assembled.md)). A space that is missing, or has fewer seeds than others, was not scored completely.",
    body: table(['ranked by', ...head], cells),
  });
}

const ranked = (value) => value.toFixed(3);

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

function section({ title, command, of, text, body }) {
  return [`## ${title}`, text, body, `\`${command}\`; ${machineOf(of)}.`].join('\n\n');
}

function machineOf({ machine, date }) {
  const { processor, cores, memoryGiB, platform, node, onnxruntime } = machine;
  return `${date.slice(0, 10)}, ${cores} cores of ${processor.replaceAll('(R)', '')}, ${memoryGiB} GiB, ${platform}, Node ${node.slice(1)}, ONNX Runtime ${onnxruntime}`;
}

function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return sorted.length % 2 ? sorted[Math.floor(middle)] : (sorted[middle - 1] + sorted[middle]) / 2;
}

const one = (value) => value.toFixed(1);
const two = (value) => value.toFixed(2);
const three = (value) => value.toPrecision(3);
const megabytes = (bytes) => thousands(Math.round(bytes / 1e6));
const thousands = (value) => value.toLocaleString('en-US');
