// Writes the sections of the benchmarks page about evolution and calibration.
import { table } from '../markdown.mjs';
import { results, section } from './figures.mjs';

export function evolution() {
  const found = results('against-random');
  const row = (name, { rank, score }) => [name, rank, score.toFixed(3)];
  return section({
    title: 'Evolution beside random search',
    command: 'npm run bench -- --against-random 500',
    of: found,
    text: `${found.budget} bred networks and as many random ones in the MobileNetV2 space under the same constraints, seed ${found.seed}; the ${found.cohort} different ones were ranked together by the four proxies of AZ-NAS, every block. ${found.bredAmongFirst} of the first 50 were bred.`,
    body: table(
      ['best of', 'rank', 'score'],
      [row('the evolution', found.evolution), row('the random networks', found.random)],
    ),
  });
}

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
    `\`npm run bench:calibration\`, ${found.date.slice(0, 10)}${found.note ? `; ${found.note}` : ''}. Kendall's τ over the candidates without a label, mean and standard deviation over ${found.sets} sets of labels, computed from the raw values of \`npm run bench:ranking\`. \`says better\` is the share of label sets for which the calibration concludes, from its labels alone, that a fitted ranking is better. \`best label\` is the accuracy of the best network among the labels. The form of the model was chosen on NAS-Bench-201 with other sets of labels; it had been tried once on NAS-Bench-Macro and Accel-NASBench, and never on the other spaces.`,
    table(head, rows),
  ].join('\n\n');
}
