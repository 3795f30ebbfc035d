// Defines the commands `zeroscout schedule ...`, for searches that start by themselves.
import { type Command, Option } from 'commander';
import { beginSchedule, renewSchedule } from '../../client/schedules/begin-schedule.js';
import { controlSchedule, type ScheduleAction } from '../../client/schedules/control-schedule.js';
import { OVERLAPS, type Timing } from '../../client/schedules/create-schedule.js';
import { detailsOf, summaryOf } from '../../client/schedules/describe-schedule.js';
import { checkName, describeSchedules, findSchedule } from '../../client/schedules/find-schedule.js';
import { backfillSchedule, runScheduleNow } from '../../client/schedules/run-schedule.js';
import { checkStart } from '../../client/specification/check-start.js';
import { readModulePermission } from '../../client/specification/module-permission.js';
import { type ReadSpecification, readSpecification } from '../../client/specification/read-specification.js';
import {
  createWholeNumberParser,
  parseDurationArgument,
  parseInstantArgument,
  parseTimezoneArgument,
} from '../arguments.js';
import { noteWaitingRuns } from '../note-waiting-runs.js';
import { detailsText, formatScheduleTable } from '../render/schedules.js';
import { note, paint, print, printJson } from '../render/terminal.js';
import { type Session, withSession } from '../session.js';

const SCHEDULE_NAME = 'name of the schedule';
const SPECIFICATION = 'specification, YAML or JSON; a candidate list or search that it names is read now';

interface Json {
  readonly json?: true;
}

interface WorkersFlag extends Json {
  readonly workers?: number;
}

interface CreateFlags extends WorkersFlag, Timing {}

export function addScheduleCommands(program: Command): void {
  const schedule = program
    .command('schedule')
    .description('start searches at given times, such as every night');
  addCreate(schedule);
  addUpdate(schedule);
  addViews(schedule);
  addControl({
    schedule,
    action: 'pause',
    done: 'paused',
    text: 'pause a schedule: it starts no runs until it is resumed; a running search continues',
  });
  addControl({
    schedule,
    action: 'resume',
    done: 'resumed',
    text: 'resume a schedule, also one that was paused after a failure',
  });
  const removed = 'delete a schedule; its runs and their results are kept';
  addControl({ schedule, action: 'delete', done: 'deleted', text: removed });
  addRuns(schedule);
}

function addCreate(schedule: Command): void {
  schedule
    .command('create')
    .description('create a schedule: each run is a new search that reuses all scores')
    .argument('<NAME>', 'name; the ids of its runs begin with it')
    .argument('<SPEC>', SPECIFICATION)
    .requiredOption('--cron <TIMES>', 'minute, hour, day, month, weekday, such as "0 2 * * *"')
    .option('--timezone <ZONE>', 'IANA name, such as Europe/Berlin', parseTimezoneArgument, 'UTC')
    .addOption(
      new Option('--jitter <DURATION>', 'largest random delay of a start')
        .argParser(parseDurationArgument)
        .default(0, 'none'),
    )
    .addOption(
      new Option('--catchup <DURATION>', 'make up for a missed run if it is late by at most this')
        .argParser(parseDurationArgument)
        .default(600_000, '10m'),
    )
    .addOption(
      new Option('--overlap <POLICY>', 'what happens when the previous run has not ended')
        .choices(Object.keys(OVERLAPS))
        .default('skip'),
    )
    .addOption(workersOption('1 with embedded servers, else 0'))
    .option('--json', 'print JSON')
    .action(create);
}

function workersOption(usual: string): Option {
  return new Option(
    '--workers <N>',
    `number of score workers in the background on this machine (default: ${usual})`,
  ).argParser(createWholeNumberParser({ min: 0, max: 256 }));
}

function addUpdate(schedule: Command): void {
  schedule
    .command('update')
    .description('replace the specification and its candidate list, from the next run on')
    .argument('<NAME>', SCHEDULE_NAME)
    .argument('<SPEC>', SPECIFICATION)
    .addOption(workersOption('1 if some run there, else 0'))
    .option('--json', 'print JSON')
    .action(async (name: string, path: string, { json, workers }: WorkersFlag) => {
      const read = await readChecked(path);
      await withSession({ start: 'never' }, (session) => renewSchedule(session, { name, read, workers }));
      answer({ name, done: 'updated', json });
    });
}

function addViews(schedule: Command): void {
  schedule
    .command('list')
    .description('list all schedules')
    .option('--json', 'print JSON')
    .action((options: Json) => withSession({ start: 'never' }, (session) => list(session, options)));
  schedule
    .command('describe')
    .description('show a schedule: its times, its next runs, and the results of its last runs')
    .argument('<NAME>', SCHEDULE_NAME)
    .option('--json', 'print JSON')
    .action((name: string, { json }: Json) =>
      withSession({ start: 'never' }, async (session) => {
        const { client } = session;
        const { description } = await findSchedule({ client, name });
        const details = await detailsOf({ client, description });
        json ? printJson(details) : print(detailsText(details));
        await noteWaitingRuns(session);
      }),
    );
}

interface AddControlArguments {
  readonly schedule: Command;
  readonly action: ScheduleAction;
  /** The past participle for the answer, such as "paused". */
  readonly done: string;
  /** The text in the help of the command. */
  readonly text: string;
}

function addControl({ schedule, action, done, text }: AddControlArguments): void {
  schedule
    .command(action)
    .description(text)
    .argument('<NAME>', SCHEDULE_NAME)
    .option('--json', 'print JSON')
    .action((name: string, { json }: Json) =>
      withSession({ start: 'never' }, async ({ client }) => {
        await controlSchedule({ client, name, action });
        answer({ name, done, json });
      }),
    );
}

function addRuns(schedule: Command): void {
  schedule
    .command('run-now')
    .description('start a run of a schedule now')
    .argument('<NAME>', SCHEDULE_NAME)
    .option('--json', 'print JSON')
    .action((name: string, options: Json) =>
      withSession({ start: 'never' }, (session) => runNow(session, name, options)),
    );
  schedule
    .command('backfill')
    .description('start the runs of a past period, one after the other')
    .argument('<NAME>', SCHEDULE_NAME)
    .requiredOption(
      '--from <TIME>',
      'beginning of the period, ISO 8601, such as 2026-11-20 or 2026-11-20T02:00Z',
      parseInstantArgument,
    )
    .requiredOption('--to <TIME>', 'end of the period', parseInstantArgument)
    .option('--json', 'print JSON')
    .action((name: string, options: Json & { readonly from: Date; readonly to: Date }) =>
      withSession({ start: 'never' }, (session) => backfill(session, name, options)),
    );
}

/** Reads the specification and checks everything that can be checked before a server is contacted. */
async function readChecked(path: string): Promise<ReadSpecification> {
  const read = await readSpecification(path, { modules: readModulePermission() });
  checkStart(read, { onNote: note, onWarning: (text) => note(paint.yellow(text)) });
  return read;
}

async function create(name: string, path: string, { json, workers, ...timing }: CreateFlags): Promise<void> {
  checkName(name);
  const read = await readChecked(path);
  await withSession({ start: 'if-needed' }, async (session) => {
    const { next } = await beginSchedule(session, { name, read, timing, workers });
    if (json) return printJson({ name, created: true, next });
    note(`schedule ${name}: created; first run at ${next}`);
    if (session.connections.embedded)
      note('it runs while the embedded servers run; zeroscout services down stops them and its workers');
  });
}

async function list(session: Session, { json }: Json): Promise<void> {
  const schedules = (await describeSchedules(session.client)).map(summaryOf);
  if (schedules.length > 0) await noteWaitingRuns(session);
  if (json) return printJson(schedules);
  if (!schedules.length)
    return note('no schedules yet; make one: zeroscout schedule create NAME SPEC.yaml --cron "0 2 * * *"');
  print(formatScheduleTable(schedules));
}

async function runNow(session: Session, name: string, { json }: Json): Promise<void> {
  const run = await runScheduleNow({ client: session.client, name });
  await noteWaitingRuns(session);
  if (json) return printJson({ name, ...run });
  if (run.id !== null) return note(`search ${run.id} started: zeroscout watch ${run.id}`);
  note(`schedule ${name}: the run starts when ${run.after} has ended: zeroscout schedule describe ${name}`);
}

async function backfill(
  { client }: Session,
  name: string,
  { from, to, json }: Json & { readonly from: Date; readonly to: Date },
): Promise<void> {
  const runs = await backfillSchedule({ client, name, from, to });
  if (json) printJson({ name, from: from.toISOString(), to: to.toISOString(), requested: true, runs });
  else
    note(
      `schedule ${name}: asked for ${runs === 1 ? '1 run' : `${runs} runs`} from ${from.toISOString()} to ${to.toISOString()}, one after the other: zeroscout schedule describe ${name}`,
    );
}

function answer({
  name,
  done,
  json,
}: {
  readonly name: string;
  readonly done: string;
  readonly json: true | undefined;
}): void {
  if (json) printJson({ name, [done]: true });
  else note(`schedule ${name}: ${done}`);
}
