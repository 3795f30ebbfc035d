// Offers schedules to programs: searches that start by themselves at given times.
import { checkOptions } from '../check-options.js';
import type { Session } from '../connections/session.js';
import { checkStart } from '../specification/check-start.js';
import { readSpecificationInput, type SpecificationInput } from '../specification/read-specification.js';
import { beginSchedule, renewSchedule } from './begin-schedule.js';
import { controlSchedule } from './control-schedule.js';
import type { Timing } from './create-schedule.js';
import { detailsOf, type ScheduleDetails, type ScheduleRow, summaryOf } from './describe-schedule.js';
import { checkName, describeSchedules, findSchedule, type SchedulePage } from './find-schedule.js';
import { backfillSchedule, type RequestedRun, runScheduleNow } from './run-schedule.js';

export interface CreateScheduleOptions extends Partial<Timing> {
  /** The beginning of the id of every run. */
  readonly name: string;
  readonly specification: SpecificationInput;
  /** Minute, hour, day, month, weekday, such as `0 2 * * *`. */
  readonly cron: string;
  /**
   * The number of score workers that run in the background on this machine; by default 1 with embedded
   * servers, else 0.
   */
  readonly workers?: number;
}

export interface UpdateScheduleOptions {
  /**
   * The number of score workers that run in the background on this machine; by default 1 if some run there, else 0.
   * Those that may run the new specification go on.
   */
  readonly workers?: number;
}

/**
 * Calls throw a SpecError for wrong input, with the code `not-found` for a name that no schedule has, and a ServiceError if
 * a server does not answer.
 */
export interface Schedules {
  /**
   * Creates a schedule. Each run is a search of its own, which reuses all scores; candidates that the
   * specification names are read now.
   */
  create(options: CreateScheduleOptions): Promise<ScheduleRow>;
  /** Replaces the specification from the next run on, for instance by one with a longer candidate list. */
  update(name: string, specification: SpecificationInput, options?: UpdateScheduleOptions): Promise<void>;
  /** Schedules in the order of their names; all by default. */
  list(page?: SchedulePage): Promise<readonly ScheduleRow[]>;
  get(name: string): Promise<ScheduleDetails>;
  /** Starts no runs until `resume`; a running search continues. */
  pause(name: string): Promise<void>;
  resume(name: string): Promise<void>;
  /** Deletes the schedule. Its runs and their results are kept. */
  delete(name: string): Promise<void>;
  /** Asks for a run now. It begins at once, or after the running one where the overlap policy is `buffer-one`. */
  runNow(name: string): Promise<RequestedRun>;
  /** Starts the runs of a past period, one after the other; at most 10,000. */
  backfill(name: string, time: { readonly from: Date; readonly to: Date }): Promise<void>;
}

/** The defaults: UTC, no jitter, made up for within ten minutes, skipped while the previous run continues. */
const USUAL: Omit<Timing, 'cron'> = { timezone: 'UTC', jitter: 0, catchup: 600_000, overlap: 'skip' };

export function createSchedules(session: Session): Schedules {
  const { client, modules } = session;
  const readChecked = async (specification: SpecificationInput) => {
    const read = await readSpecificationInput(specification, { modules });
    checkStart(read, session);
    return read;
  };
  return {
    create: async (options) => {
      checkOptions('schedule', options);
      const { name, specification, workers, ...timing } = options;
      checkName(name);
      const read = await readChecked(specification);
      return beginSchedule(session, { name, read, workers, timing: { ...USUAL, ...timing } });
    },
    update: async (name, specification, options = {}) => {
      checkOptions('update', options);
      await renewSchedule(session, { name, read: await readChecked(specification), ...options });
    },
    list: async (page = {}) => {
      checkOptions('schedules', page);
      return (await describeSchedules(client, page)).map(summaryOf);
    },
    get: async (name) =>
      detailsOf({ client, description: (await findSchedule({ client, name })).description }),
    pause: (name) => controlSchedule({ client, name, action: 'pause' }),
    resume: (name) => controlSchedule({ client, name, action: 'resume' }),
    delete: (name) => controlSchedule({ client, name, action: 'delete' }),
    runNow: (name) => runScheduleNow({ client, name }),
    backfill: async (name, time) => void (await backfillSchedule({ client, name, ...time })),
  };
}
