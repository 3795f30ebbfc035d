// Offers schedules to programs: searches that start by themselves at given times.
import { checkOptions } from '../check-options.js';
import type { Session } from '../connections/session.js';
import { checkStart } from '../specification/check-start.js';
import { readSpecificationInput, type SpecificationInput } from '../specification/read-specification.js';
import { beginSchedule } from './begin-schedule.js';
import { controlSchedule } from './control-schedule.js';
import { type Timing, updateSchedule } from './create-schedule.js';
import { detailsOf, type ScheduleDetails, type ScheduleRow, summaryOf } from './describe-schedule.js';
import { checkedName, describeSchedules, findSchedule } from './find-schedule.js';
import { backfillSchedule, runScheduleNow } from './run-schedule.js';

export interface CreateScheduleOptions extends Partial<Timing> {
  /** Begins the id of every run. */
  readonly name: string;
  readonly specification: SpecificationInput;
  /** Minute, hour, day, month, weekday, such as `0 2 * * *`. */
  readonly cron: string;
  /** Score workers that go on in the background on this machine; without it 1 with embedded servers, else 0. */
  readonly workers?: number;
}

export interface Schedules {
  /** Each run is a search of its own that reuses every score; candidates that the specification names are read now. */
  create(options: CreateScheduleOptions): Promise<ScheduleRow>;
  /** Another specification, or a candidate list that grew, from the next run on. */
  update(name: string, specification: SpecificationInput): Promise<void>;
  list(): Promise<readonly ScheduleRow[]>;
  get(name: string): Promise<ScheduleDetails>;
  /** Starts no run until `resume`; one that runs goes on. */
  pause(name: string): Promise<void>;
  resume(name: string): Promise<void>;
  /** Its runs and their results stay. */
  delete(name: string): Promise<void>;
  /** Starts a run now and answers the id of its search. */
  runNow(name: string): Promise<string>;
  /** Starts the runs of a time that has passed, one after the other. */
  backfill(name: string, time: { readonly from: Date; readonly to: Date }): Promise<void>;
}

/** In UTC, on time, made up for within ten minutes, left out while the run before goes on. */
const USUAL: Omit<Timing, 'cron'> = { timezone: 'UTC', jitter: 0, catchup: 600_000, overlap: 'skip' };

export function createSchedules(session: Session): Schedules {
  const { client, store, modules } = session;
  const readChecked = async (specification: SpecificationInput) => {
    const read = await readSpecificationInput(specification, { modules });
    checkStart(read, session);
    return read;
  };
  return {
    create: async (options) => {
      checkOptions('schedule', options);
      const { name, specification, workers, ...timing } = options;
      checkedName(name);
      const read = await readChecked(specification);
      return beginSchedule(session, { name, read, workers, timing: { ...USUAL, ...timing } });
    },
    update: async (name, specification) =>
      updateSchedule({ client, store, name, read: await readChecked(specification) }),
    list: async () => (await describeSchedules(client)).map(summaryOf),
    get: async (name) =>
      detailsOf({ client, description: (await findSchedule({ client, name })).description }),
    pause: (name) => controlSchedule({ client, name, action: 'pause' }),
    resume: (name) => controlSchedule({ client, name, action: 'resume' }),
    delete: (name) => controlSchedule({ client, name, action: 'delete' }),
    runNow: (name) => runScheduleNow({ client, name }),
    backfill: (name, time) => backfillSchedule({ client, name, ...time }),
  };
}
