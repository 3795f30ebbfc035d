// Shows the progress of a search: as a bar on a terminal, as lines elsewhere.
import { SingleBar } from 'cli-progress';
import { formatDuration } from '../../client/format-time.js';
import type { LiveProgress, SearchLook } from '../../client/searches/follow-search.js';
import type { Waiting } from '../../client/status/waiting.js';
import { distinctText } from '../../core/contract/counts-text.js';
import type { SearchProgress } from '../../core/contract/search.js';
import { shorten } from './table.js';
import { note } from './terminal.js';
import { formatWaiting } from './waiting.js';

export interface View {
  update(look: SearchLook): void;
  end(): void;
}

/** Returns a bar if stderr is a terminal, else lines. */
function progressView(): View {
  return process.stderr.isTTY ? barView() : linesView();
}

/** Runs `work` with a view of its progress, if one is wanted, and clears the bar in any case. */
export async function withProgress<T>(
  shown: 'shown' | 'hidden',
  work: (onLook: ((look: SearchLook) => void) | undefined) => Promise<T>,
): Promise<T> {
  if (shown === 'hidden') return work(undefined);
  const view = progressView();
  try {
    return await work(view.update);
  } finally {
    view.end();
  }
}

/** The interval between lines where stderr is not a terminal. */
const LINE_MS = 5_000;
/** The width of the bar; the rest of the line is text. */
const BAR_COLUMNS = 12;

/** Measures candidates per second since the first one that this view saw. Every round of a screening counts from 0, so each is measured anew. */
export function speedometer() {
  let first: { time: number; now: number; round: number } | undefined;
  return ({ now, planned, round: { number: round } }: Pick<LiveProgress, 'now' | 'planned' | 'round'>) => {
    if (first === undefined || round !== first.round || now < first.now)
      first = { time: Date.now(), now, round };
    const rate = (now - first.now) / Math.max((Date.now() - first.time) / 1000, 1e-3);
    const left = rate > 0 ? formatDuration((1000 * (planned - now)) / rate) : '-';
    return { rate: rate.toFixed(1), left };
  };
}

/** Returns a function that explains once why the bar counts fewer than there are candidates. */
function explainer() {
  let said = '';
  return (progress: LiveProgress) => {
    const text = distinctText(progress);
    if (text === undefined || text === said) return;
    said = text;
    const known = progress.reused ? `${progress.reused} have a score already, ` : '';
    note(`${progress.candidates} candidates: ${known}${text}, each scored once`);
  };
}

interface FormatBarArguments {
  readonly progress: LiveProgress;
  readonly speed: { readonly rate: string; readonly left: string };
  readonly waiting: readonly Waiting[];
  readonly room: number;
}

/** The text after the bar, shortened so that no line is wider than the screen. */
export function formatBar({ progress, speed: { rate, left }, waiting, room }: FormatBarArguments): string {
  const [first] = waiting;
  const words = first
    ? [formatWaiting(first)]
    : [
        `${rate}/s`,
        `${left} left`,
        `${progress.failed} failed`,
        `${progress.reused} reused`,
        formatRejectedShare(progress),
      ];
  let text = '';
  for (const word of words.filter(Boolean)) {
    const longer = text ? `${text}  ${word}` : word;
    if (longer.length > room) return text || shorten({ text: word, width: room });
    text = longer;
  }
  return text;
}

function barView(): View {
  const speed = speedometer();
  const explain = explainer();
  const widget = new SingleBar({
    format: '{phase} [{bar}] {value}/{total}  {words}',
    barCompleteChar: '=',
    barIncompleteChar: ' ',
    barsize: BAR_COLUMNS,
    hideCursor: true,
    stream: process.stderr,
  });
  let started = false;
  let last: LiveProgress | undefined;
  return {
    update: ({ progress = last, waiting }) => {
      if (!progress) return;
      last = progress;
      const phase = phaseOf(progress);
      const { now, planned } = progress;
      const before = `${phase} [${' '.repeat(BAR_COLUMNS)}] ${now}/${planned}  `;
      // The last column remains free, because some terminals wrap when it is written.
      const room = Math.max(0, (process.stderr.columns ?? 80) - before.length - 1);
      const payload = { phase, words: formatBar({ progress, speed: speed(progress), waiting, room }) };
      if (!started) {
        explain(progress);
        widget.start(planned, now, payload);
      }
      started = true;
      widget.setTotal(planned);
      widget.update(now, payload);
    },
    end: () => started && widget.stop(),
  };
}

function linesView(): View {
  const speed = speedometer();
  const explain = explainer();
  let last = 0;
  let told = '';
  return {
    update: ({ progress, waiting }) => {
      if (progress) explain(progress);
      const line = lineOf({ progress, waiting, speed });
      if (line === undefined) return;
      // A new phase and a new reason for waiting are reported immediately.
      const servers = waiting
        .map((reason) => reason.for)
        .filter((what) => what === 'nats' || what === 'temporal');
      const what = [progress ? phaseOf(progress) : '', waiting[0]?.for ?? '', ...servers].join(' ');
      if (Date.now() - last < LINE_MS && told === what) return;
      last = Date.now();
      told = what;
      note(line);
    },
    end: () => {},
  };
}

function lineOf({
  progress,
  waiting,
  speed,
}: SearchLook & { readonly speed: ReturnType<typeof speedometer> }): string | undefined {
  const reasons = waiting.map(formatWaiting).join('; ');
  if (!progress) return reasons || undefined;
  const { rate, left } = speed(progress);
  const counts = `${phaseOf(progress)}  ${progress.now}/${progress.planned}`;
  if (reasons) return `${counts}  ${reasons}`;
  const rejected = formatRejectedShare(progress);
  return `${counts}  ${rate}/s  ${left} left  ${progress.failed} failed  ${progress.reused} reused${rejected ? `  ${rejected}` : ''}`;
}

function phaseOf({ paused, phase, round, generation }: SearchProgress): string {
  const name = paused ? 'paused' : phase;
  if (generation !== undefined) return `generation ${generation} ${name}`;
  return round.of > 1 ? `round ${round.number}/${round.of} ${name}` : name;
}

/** The share of drawn candidates that broke a constraint. */
function formatRejectedShare({ rejectedShare }: SearchProgress): string {
  return rejectedShare === undefined ? '' : `${(rejectedShare * 100).toFixed(1)} % rejected`;
}
