// Checks the options that a program passes to the library: a SpecError names each option that is unknown or
// has a wrong value.
import { z } from 'zod';
import { FEWEST_LABELS, MOST_LABELS } from '../core/calibration/calibrate.js';
import { SpecError } from '../core/errors.js';
import { PARETO_COSTS } from '../core/report/pareto.js';
import { mapping, oneOf, text, toIssues, wholeNumber } from '../core/schema/fields.js';
import { DEVICES } from '../core/specification/devices.js';
import { describeFound } from '../core/text/show.js';
import { isTimeZone } from '../core/text/time-zone.js';
import { isFileInput } from './files/open-file.js';
import { EXPORT_FORMATS } from './results/export-candidates.js';
import { OVERLAPS } from './schedules/create-schedule.js';
import { STATES } from './searches/list-searches.js';

type Fields = Readonly<Record<string, z.ZodType>>;

/** Milliseconds, at most ten thousand years. */
const milliseconds = wholeNumber({ min: 0, max: 3.2e14 });
const top = wholeNumber({ min: 1, max: 1e9 });
const workers = wholeNumber({ min: 0, max: 256 });
/** A time in the form of Date.toISOString, which becomes part of a query. */
const isoTime = z.iso.datetime({
  error: ({ input }) => `${describeFound(input)}; must be a time such as "2026-01-31T12:00:00Z"`,
});
const seed = wholeNumber({ min: 0, max: 2 ** 32 - 1 });
const path = text({ test: (value) => value !== '', right: 'the path of a file' });
/** An option that is checked where it is used. */
const other = z.unknown();
const ids = z.array(z.string(), { error: ({ input }) => `${describeFound(input)}; must be a list of ids` });
const file = z.custom(isFileInput, {
  error: ({ input }) => `${describeFound(input)}; must be the path of a file, or its bytes`,
});
const listener = z.custom((value) => typeof value === 'function', {
  error: ({ input }) => `${describeFound(input)}; must be a function`,
});
const nameOf = (what: string) => text({ test: () => true, right: `the name of ${what}` });
const home = text({ test: (value) => value !== '', right: 'the path of a folder' });
const TRUTH = { file, name: nameOf('the file').optional() };
const truth = mapping(TRUTH);
const COMPARISON = {
  truth,
  timed: wholeNumber({ min: 0, max: 100 }),
  winners: wholeNumber({ min: 1, max: 1_000 }),
};

const OPTIONS = {
  connect: {
    servers: oneOf(['start', 'running']),
    modules: oneOf(['allowed', 'refused']),
    readings: oneOf(['here', 'thread']),
    home,
    name: nameOf('this program'),
    onNote: listener,
  },
  start: { specification: other, id: other, workers, whereFinished: oneOf(['keep', 'again']) },
  list: { state: oneOf(STATES), name: nameOf('a search'), before: isoTime },
  servers: { home, onNote: listener },
  results: { truth },
  truth: TRUTH,
  pareto: { cost: oneOf(PARETO_COSTS), top },
  writeParquet: { path },
  diff: { top },
  report: { truth, compare: ids },
  comparison: COMPARISON,
  compare: { ids, ...COMPARISON },
  calibrate: {
    truth,
    dataset: nameOf('a column'),
    labels: wholeNumber({ min: FEWEST_LABELS, max: MOST_LABELS }),
    seed,
  },
  suggest: { known: truth, budget: wholeNumber({ min: 1, max: 100_000 }), seed },
  candidate: { expanded: z.array(wholeNumber({ min: 0, max: 1e9 })) },
  export: { format: oneOf(EXPORT_FORMATS), top: wholeNumber({ min: 1, max: 10_000 }) },
  measure: { top, which: oneOf(['missing', 'all']), onStep: listener },
  describe: { space: other, resolution: wholeNumber({ min: 8, max: 512 }) },
  costs: { space: other, candidates: file, resolution: wholeNumber({ min: 8, max: 512 }) },
  retention: {
    keepLast: wholeNumber({ min: 0, max: 1e6 }),
    olderThan: milliseconds,
    forgetNamespaces: ids,
  },
  schedule: {
    name: other,
    specification: other,
    cron: other,
    workers,
    timezone: text({ test: isTimeZone, right: 'a time zone such as Europe/Berlin' }),
    jitter: milliseconds,
    catchup: milliseconds,
    overlap: oneOf(Object.keys(OVERLAPS) as [keyof typeof OVERLAPS]),
  },
  update: { workers },
  schedules: {
    after: nameOf('a schedule'),
    limit: wholeNumber({ min: 1, max: 1e6 }),
  },
  workers: { count: workers, device: oneOf(DEVICES) },
} satisfies Readonly<Record<string, Fields>>;

/** Options that have no default, with their call where it is the only one that needs them. */
const REQUIRED = new Set(['cost', 'format', 'count', 'path', 'ids', 'file', 'calibrate.truth']);

/** Options with the value `undefined` count as absent. */
export function checkOptions(call: keyof typeof OPTIONS, options: unknown): void {
  const fields: Fields = OPTIONS[call];
  const shape = Object.fromEntries(
    Object.entries(fields).map(([name, field]) => [
      name,
      REQUIRED.has(name) || REQUIRED.has(`${call}.${name}`) ? field : field.optional(),
    ]),
  );
  const { success, error } = mapping(shape).safeParse(options, { reportInput: true });
  if (!success) throw new SpecError(toIssues({ error, root: 'options' }));
}
