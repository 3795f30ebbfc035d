// Writes the table of docs/understand/limits.md: where a ranking agreed with known accuracies better than
// counting does.
import { KNOWN_LIMITS } from '../../dist/core/comparison/known-limits.js';
import { code, table } from './markdown.mjs';

export function limitsTable() {
  const rows = KNOWN_LIMITS.map(({ benchmark, assembled, azNas, flops, parameters }) => {
    const counting = Math.max(flops, parameters);
    const better = [
      ...(assembled > counting ? ['`assembled`'] : []),
      ...(azNas > counting ? ['`az-nas`'] : []),
    ];
    const values = [assembled, azNas, flops, parameters].map((value) => value.toFixed(2));
    return [code(benchmark), ...values, better.join(', ') || 'none'];
  });
  return table(
    ['benchmark', '`assembled`', '`az-nas`', 'FLOPs', 'parameters', 'better than counting both'],
    rows,
  );
}
