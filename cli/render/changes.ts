// Formats what changed between two runs as lines for people.
import type { RankChange, RankingDiff, Some } from '../../core/report/ranking-diff.js';
import { paint } from './terminal.js';

export function formatChanges({ a, b, top, ...diff }: RankingDiff): string {
  const sections = [
    section(`entered the top ${top}`, diff.entered, ranks),
    section(`left the top ${top}`, diff.left, ranks),
    section(
      'moved among the candidates of both',
      diff.moves,
      ({ moved, ...change }) => `${ranks(change)}  ${moved > 0 ? '+' : ''}${moved}`,
    ),
    section('new', diff.appeared, ranks),
    section('vanished', diff.vanished, ranks),
    section(
      'failures',
      diff.failures,
      ({ candidate, from, to }) => `${candidate}  ${from ?? '-'} -> ${to ?? '-'}`,
    ),
  ].flat();
  const size = ({ candidates, failed }: RankingDiff['a']) => `${candidates} ranked, ${failed} set aside`;
  const head = `${a.id} (${size(a)}) -> ${b.id} (${size(b)})`;
  return [
    paint.bold(head),
    ...(sections.length ? sections : ['  the same ranking and the same failures']),
  ].join('\n');
}

/** One line: `3 entered the top 10, 120 moved, 40 new, ...`. */
export function formatChangesLine({ a, top, ...diff }: RankingDiff): string {
  const counts = [
    [`entered the top ${top}`, diff.entered.count],
    ['moved', diff.moves.count],
    ['new', diff.appeared.count],
    ['vanished', diff.vanished.count],
    ['failures changed', diff.failures.count],
  ] as const;
  const some = counts.filter(([, count]) => count > 0).map(([what, count]) => `${count} ${what}`);
  return `since ${a.id}: ${some.join(', ') || 'nothing changed'}`;
}

function section<T>(title: string, { count, first }: Some<T>, line: (item: T) => string): string[] {
  if (count === 0) return [];
  const rest = count > first.length ? [`    and ${count - first.length} more`] : [];
  return [`  ${count} ${title}`, ...first.map((item) => `    ${line(item)}`), ...rest];
}

function ranks({ candidate, from, to }: RankChange): string {
  return `${candidate}  ${from ?? '-'} -> ${to ?? '-'}`;
}
