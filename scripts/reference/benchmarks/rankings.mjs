// Writes the sections of the benchmarks page about what rankings are worth.
import { table } from '../markdown.mjs';
import { results, section, two } from './figures.mjs';

export function evolution() {
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

export function publishedAccuracies() {
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

export function rankings() {
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

export function calibration() {
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
