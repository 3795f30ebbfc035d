// Prints what a calibration found, and whether it helps.
import type { Calibration } from '../../core/calibration/calibration.js';
import { formatFixed } from './results.js';
import { createTable } from './table.js';
import { print } from './terminal.js';

const NAMES = { own: 'weights of the search', weights: 'fitted weights', model: 'fitted model' } as const;

export function printCalibration({
  labels,
  dataset,
  method,
  evidence: { crossValidated, betterThanOwn, chance, heldOut },
  proxies,
  weights,
  fittedWeights,
}: Calibration): void {
  const columns = [
    'by',
    'tau, left out',
    'better in',
    ...(chance ? ['by chance'] : []),
    ...(heldOut ? [`tau of ${heldOut.candidates} others`] : []),
  ];
  const table = createTable(columns);
  for (const name of ['own', 'weights', 'model'] as const)
    table.push([
      NAMES[name],
      formatFixed(crossValidated[name], 3),
      name === 'own' ? '' : formatShare(betterThanOwn[name]),
      ...(chance ? [name === 'own' ? '' : formatShare(chance[name])] : []),
      ...(heldOut ? [formatFixed(heldOut[name], 3)] : []),
    ]);
  print(`${labels} labels of ${dataset}\n${table.toString()}`);
  print(
    'left out: with labels that were not used for the fit; better in: share of resamples of the labels in which the fit is better than the weights of the search; by chance: share of random orders of the labels, the true one included, that are fitted as well\n',
  );
  print(VERDICTS[method]);
  if (method === 'own' && (crossValidated.own ?? 0) <= 0)
    print('The weights of the search do not agree with these labels either: look at the labels.');
  const shown = proxies.map((name, i) => `${name} ${formatFixed(fittedWeights[i], 2)} (${weights[i]})`);
  print(`fitted weights, and those of the search: ${shown.join(', ')}`);
}

const formatShare = (share: number) => `${Math.round(share * 100)} %`;

const VERDICTS: Readonly<Record<Calibration['method'], string>> = {
  own: 'With these labels no fit is certainly better: a search that names this file uses the weights of the calibrated search. More labels may help.',
  weights: 'The fitted weights rank better; a search that names this file uses them.',
  model: 'The fitted model ranks better; a search that names this file uses it.',
};
