// Writes the warnings of a ranking that was calibrated to labels.
import type { CalibrationReference } from './aggregation.js';

export function calibrationWarnings(calibration: CalibrationReference | undefined): readonly string[] {
  if (!calibration) return [];
  const { dataset, labels, space, method } = calibration;
  const of = `calibrated to ${labels} labels of ${dataset}`;
  return [
    ...(space === 'other'
      ? [
          `${of} in another space, so the ranking may be worse here; compare it with a ranking by the weights alone`,
        ]
      : []),
    method === 'own'
      ? `${of}, with which no fit was certainly better: ranked with the weights of the calibrated search`
      : `${of}: for another data set the ranking may be worse than by the weights alone`,
  ];
}
