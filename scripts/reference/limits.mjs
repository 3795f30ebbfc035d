// Writes the table of docs/understand/limits.md: where a ranking agreed with known accuracies better than
// counting does.
import { KNOWN_LIMITS } from '../../dist/core/comparison/known-limits.js';
import { code, table } from './markdown.mjs';

export function limitsTable() {
  const rows = KNOWN_LIMITS.map(({ benchmark, assembled, general, azNas, flops, parameters }) => {
    const counting = Math.max(flops, parameters);
    const better = [
      ...(assembled > counting ? ['`assembled`'] : []),
      ...(azNas > counting ? ['`az-nas`'] : []),
    ];
    const values = [assembled, general, azNas, flops, parameters].map(
      (value) => value?.toFixed(2) ?? 'not measured',
    );
    return [code(benchmark), ...values, better.join(', ') || 'none'];
  });
  return table(
    [
      'benchmark',
      '`assembled`',
      'its general terms',
      '`az-nas`',
      'FLOPs',
      'parameters',
      'better than counting both',
    ],
    rows,
  );
}
