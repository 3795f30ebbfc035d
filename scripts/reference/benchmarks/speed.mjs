// Writes the sections of the benchmarks page about time and memory.
import { table } from '../markdown.mjs';
import { median, megabytes, one, results, section, thousands, three, two, zero } from './figures.mjs';

/** The columns that `times` fills. */
const TIMES = ['zeroscout', 'PyTorch', 'ratio', 'PyTorch, channels_last', 'ratio', 'a scorer, MB'];

export function againstPyTorch() {
  const [shared, own] = [results('baseline'), results('baseline-weights-of-each')];
  const rows = [...shared.rows, ...own.rows].map((row) => [
    row.batch,
    row.weights === 'candidate' ? 'of each candidate' : 'shared',
    `${row.scorers} of ${row.threads} thread${row.threads > 1 ? 's' : ''}`,
    ...times(row),
  ]);
  const head = ['batch', 'weights', 'scorers', ...TIMES];
  return section({
    title: 'NAS-Bench-201 beside PyTorch',
    command:
      'npm run bench -- --baseline` and, for weights of each candidate, `npm run bench -- --baseline --weights candidate',
    of: shared,
    text: `Milliseconds for each candidate by the four proxies of AZ-NAS at 32 x 32 pixels, one draw, ${shared.rows[0].candidates} random candidates, ${shared.rounds} rounds (${own.rounds} with weights of each candidate). PyTorch ${shared.versions.torch} runs eagerly with ${shared.versions.threads} threads and draws new weights for each candidate, as is usual. Its code is [reference/pytorch](../../reference/pytorch), which passes the same golden cases. Two scorers with one thread are faster than one with two, so zeroscout uses one thread for each scorer.`,
    body: table(head, rows),
  });
}

export function otherSpaces() {
  const files = ['mobilenet-v2', 'autoformer'].map(results);
  const rows = files
    .flatMap(({ rows }) => rows)
    .map((row) => [`${row.space.kind}: ${row.name}`, row.resolution, row.batch, ...times(row)]);
  const head = ['candidates', 'pixels', 'batch', ...TIMES];
  return section({
    title: 'Other spaces beside PyTorch',
    command: 'npm run bench -- --space mobilenet-v2`, `npm run bench -- --space autoformer',
    of: files[0],
    text: 'Milliseconds for each candidate by the proxies of AZ-NAS that the space defines; every candidate is new and scored alone, with 2 scorers of one thread.',
    body: table(head, rows),
  });
}

export function importedNetworks() {
  const found = results('onnx');
  const rows = found.rows.map(({ name, features, ours, oneScorer, theirs, ratios, scorerPeakBytes }) => [
    name,
    features,
    ...times({ ours, theirs, ratios, scorerPeakBytes }),
    one(median(oneScorer)),
    one(ratios.oneScorer),
  ]);
  const head = ['network', 'features', ...TIMES, 'one scorer of 2 threads', 'ratio'];
  const middle = (name) => two(median(found.rows.map(({ ratios }) => ratios[name].median)));
  const [least] = found.rows
    .map(({ name, ratios }) => ({ name, ratio: ratios.contiguous.median }))
    .sort((a, b) => a.ratio - b.ratio);
  return section({
    title: 'Imported networks beside PyTorch',
    command: 'npm run bench -- --onnx',
    of: found,
    text: `Milliseconds for each network of torchvision ${found.versions.torchvision}, exported as ONNX and imported, at ${found.resolution} pixels and batch ${found.batch}; 2 scorers of one thread, ${found.rounds} rounds after ${found.warmUps} networks that warm up both sides. Our time includes everything from the text of the structure to the proxies, with new programs and weights. The time of PyTorch excludes the construction of the network and includes drawing its weights. Both measure the same features. The median ratio is ${middle('contiguous')} (the aim is 1.5), the least ${two(least.ratio)} (${least.name}; the aim is 1); the median compared with channels_last ${middle('channels_last')}. Matrix products bound both sides: on one core of this machine ONNX Runtime multiplies two ${found.products.size} x ${found.products.size} matrices at ${zero(found.products.ours)} GFLOP/s, PyTorch at ${zero(found.products.theirs)}.`,
    body: table(head, rows),
  });
}

export function proxies() {
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
  const middle = (chosen) => one(median(chosen.map(({ ratio }) => ratio)));
  const counted = ['depth', 'spatial-depth', 'activations'];
  const computed = found.rows.filter(({ proxy }) => !counted.includes(proxy));
  const medians = `The median ratio is ${middle(found.rows)}, and ${middle(computed)} without ${counted.map((name) => `\`${name}\``).join(', ')}, which zeroscout reads from the structure, and the PyTorch baseline from a forward pass under each draw.`;
  const ofDraws =
    'zeroscout compiles the programs of a candidate once for all draws, and PyTorch builds its network once; each draw has new weights and images. For `synflow` both compute one image, because all images of ones are equal.';
  return section({
    title: 'Proxies of whole networks beside PyTorch',
    command: `npm run bench -- --proxies ${found.batch}`,
    of: found,
    text: `Milliseconds for each candidate of NAS-Bench-201 at batch ${found.batch}, medians over ${found.candidates} candidates, from the text of the candidate to the values under ${found.draws} draws, with one thread on each side and PyTorch ${found.torch}. Both sides alternate. ${ofDraws} ${medians}${slower} The proxies ${together.proxies.map((name) => `\`${name}\``).join(', ')} share a backward pass: in one request they take ${one(together.one)} ms together, in separate requests ${one(together.each)} ms.`,
    body: table(['proxy', 'zeroscout', 'PyTorch', 'ratio'], rows),
  });
}

export function assembled() {
  const found = results('assembled');
  const rows = found.rows.map(({ space, resolution, standard, assembled, ratio, processorRatio }) => [
    space,
    resolution,
    one(median(standard)),
    one(median(assembled)),
    two(ratio),
    two(processorRatio),
  ]);
  const above = found.rows.filter(({ processorRatio }) => processorRatio > found.target);
  const limit =
    above.length > 0
      ? `More than ${two(found.target)} times as long: ${above.map(({ space }) => space).join(', ')}.`
      : `None takes more than ${two(found.target)} times as long.`;
  const whose = found.standardOf ? `, as commit ${found.standardOf} computed it` : '';
  return section({
    title: 'The preset assembled beside standard',
    command: `npm run bench -- --assembled${found.standardOf ? ` ${found.standardOf}` : ''} --rounds ${found.rounds} --candidates ${found.candidates}`,
    of: found,
    text: `Milliseconds for each candidate with \`aggregation: assembled\`, and with the four proxies (\`aggregation: log-rank\`) and \`fidelity: standard\`${whose}: ${found.draws} draws of batch ${found.batch}, one scorer of one thread, ${found.rounds} rounds of ${found.candidates} random candidates. Ratios are medians over the rounds; the last one is of processor time, which other work on the machine disturbs less. ${limit}`,
    body: table(['space', 'pixels', 'standard', 'assembled', 'ratio', 'ratio of processor time'], rows),
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

export function wholeSearch() {
  const search = results('search');
  const rows = Object.entries(search.memory).map(([name, bytes]) => [name, megabytes(bytes)]);
  return section({
    title: 'A whole search',
    command: 'npm run bench -- --candidates 200 --rounds 4',
    of: search,
    text: `From specification to ranking, including servers, store and audits, over ${search.candidates} candidates of NAS-Bench-201 at batch 16, with \`aggregation: log-rank\`: ${one(median(search.search))} ms for each candidate. Scoring alone takes ${one(median(search.pure[16]))} ms; the search takes ${one(search.overheadPercent)} % longer, as the median over rounds. The largest resident memory of each process:`,
    body: table(['process', 'MB'], rows),
  });
}

export function commonBlocks() {
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
    text: 'Milliseconds for each child in the MobileNetV2 space by the four proxies of AZ-NAS, with 2 scorers of one thread; [blocks that a child shares with others](../guides/evolution.md#what-children-have-in-common) are not computed again. Ratios are medians over rounds and exclude the first population.',
    body: table(head, rows),
  });
}

export function eigenvalues() {
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

export function scale() {
  const { runs, fleet: _, ...of } = results('scale');
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
    title: 'Up to ten million candidates',
    command: 'npm run bench:scale -- 10000 100000 1000000 10000000',
    of,
    text: 'Scores are synthetic, 64 at once, and those of one family (`aggregation: log-rank`): one stored message for each candidate. Everything else is as in every search ([Scale](../operate/scale.md)).',
    body: table(['candidates', ...columns(({ candidates }) => thousands(candidates))], rows),
  });
}
