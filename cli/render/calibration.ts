// Prints what a calibration found, and whether it helps.
import type { Calibration } from '../../core/calibration/calibration.js';
import { createTable, formatFixed } from './results.js';
import { print } from './terminal.js';

const NAMES = { own: 'weights of the search', weights: 'fitted weights', model: 'fitted model' } as const;

export function printCalibration({
  labels,
  dataset,
  method,
  evidence: { crossValidated, betterThanOwn, heldOut },
  proxies,
  weights,
  fittedWeights,
}: Calibration): void {
  const columns = [
    'by',
    'tau, left out',
    'better in',
    ...(heldOut ? [`tau of ${heldOut.candidates} others`] : []),
  ];
  const table = createTable(columns);
  for (const name of ['own', 'weights', 'model'] as const)
    table.push([
      NAMES[name],
      formatFixed(crossValidated[name], 3),
      name === 'own' ? '' : `${Math.round(betterThanOwn[name] * 100)} %`,
      ...(heldOut ? [formatFixed(heldOut[name], 3)] : []),
    ]);
  print(`${labels} labels of ${dataset}\n${table.toString()}`);
  print(
    'left out: with labels that were not used for the fit; better in: share of resamples of the labels in which the fit is better than the weights of the search\n',
  );
  print(VERDICTS[method]);
  const shown = proxies.map((name, i) => `${name} ${formatFixed(fittedWeights[i], 2)} (${weights[i]})`);
  print(`fitted weights, and those of the search: ${shown.join(', ')}`);
}

const VERDICTS: Readonly<Record<Calibration['method'], string>> = {
  own: 'With these labels no fit is certainly better: a search that names this file uses the weights of the calibrated search. More labels may help.',
  weights: 'The fitted weights rank better; a search that names this file uses them.',
  model: 'The fitted model ranks better; a search that names this file uses it.',
};
