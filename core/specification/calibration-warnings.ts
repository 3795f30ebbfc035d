// Says what to know of a ranking that was calibrated to labels.
import type { CalibrationReference } from './aggregation.js';

export function calibrationWarnings(calibration: CalibrationReference | undefined): readonly string[] {
  if (!calibration) return [];
  const { dataset, labels, space, method } = calibration;
  const of = `calibrated to ${labels} labels of ${dataset}`;
  return [
    ...(space === 'other'
      ? [
          `${of} in another space: what ranks well there may not rank well here; compare with the weights alone`,
        ]
      : []),
    method === 'own'
      ? `${of}, by which nothing fitted was surely better: ranked by the weights that the calibrated search had`
      : `${of}: for another data set this may rank worse than the weights alone`,
  ];
}
