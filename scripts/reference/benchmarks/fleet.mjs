// Writes the section of the benchmarks page about many synthetic score workers.
import { table } from '../markdown.mjs';
import { machineOf, megabytes, one, results, thousands, two } from './figures.mjs';

const COMMAND = 'npm run bench:fleet';
/** The default of `--per-process`. */
const PER_PROCESS = 25;

export function fleet() {
  const found = results('scale').fleet;
  if (!found) return [];
  const text =
    'Score workers are synthetic: each has its own connections to Temporal and NATS and polls under its own name, but its scorers answer with made-up scores after a made-up time. The searches have `aggregation: log-rank`, so one message is stored for each candidate and draw. Servers, control workers, workflows and the store are real. Several workers share a process, and all run on the machine of the servers, so these figures contain the work of both. Workers are preempted (SIGTERM) and whole processes die (SIGKILL) at the rates given ([Scale](../operate/scale.md#a-thousand-workers)).';
  return [
    [
      '## Many workers',
      text,
      ...(found.one ? [describeOneSearch(found.one, 'One search')] : []),
      ...(found['one-cpu-stack']
        ? [describeOneSearch(found['one-cpu-stack'], 'One search, candidates 64 at a time as on a GPU')]
        : []),
      ...(found.many ? [manySearches(found.many)] : []),
      ...(found.schedules ? [describeSchedules(found.schedules)] : []),
    ].join('\n\n'),
  ];
}

function describeOneSearch(found, title) {
  const { workers, candidates, seconds, steps, usage, histories, disk, lost, shardsTriedAgain } = found;
  const last = usage.course.at(-1);
  const options =
    found.device === 'cpu-stack'
      ? ` --shard-size ${found.shardSize} --milliseconds ${found.milliseconds} --device ${found.device}`
      : '';
  const rows = [
    [
      'score workers, in processes',
      `${thousands(workers)}, ${thousands(Math.ceil(workers / found.perProcess))}`,
    ],
    ['candidates, in a shard', `${thousands(candidates)}, ${thousands(found.shardSize)}`],
    ['mean time of a candidate on a worker, ms', found.milliseconds],
    ['seconds, specification to ranking', one(seconds)],
    ['of these: plan and first audit', one(steps.planCandidates + steps['auditScores 1'])],
    ['scoring', one(steps.scoreShard)],
    ['candidates scored in a second, from a tenth to nine tenths', thousands(Math.round(middleRate(found)))],
    ['seconds from nine tenths to the last', one(secondsUntil(found, 1) - secondsUntil(found, 0.9))],
    ['ranking', one(steps.rankCandidates)],
    ['workers preempted, died', `${thousands(lost.preempted)}, ${thousands(lost.died)}`],
    ['shards, of them tried again', `${thousands(found.shards)}, ${thousands(shardsTriedAgain)}`],
    ...processRows(found, candidates),
    ['histories, events of the longest', `${histories.runs}, ${thousands(histories.largestEvents)}`],
    ['MB of the largest history', two(histories.largestBytes / 1e6)],
    ['disk, MB: NATS, Temporal', `${megabytes(disk.nats)}, ${megabytes(disk.temporal)}`],
    ['scores in the store at the end', thousands(last.scores)],
  ];
  return part({
    title,
    body: table(['', ''], rows),
    of: found,
    command: `${COMMAND} -- --only one --candidates ${candidates}${options}`,
  });
}

/** The first moment at which this share of the candidates was scored. */
function secondsUntil({ usage: { course }, candidates }, share) {
  return course.find(({ scores }) => scores >= share * candidates).seconds;
}

/** Without the start and the end, when some workers have no shard. */
function middleRate(found) {
  return (0.8 * found.candidates) / (secondsUntil(found, 0.9) - secondsUntil(found, 0.1));
}

/** Processor time and memory of each group of processes; `per` is what the times are divided by. */
function processRows({ usage: { groups, course } }, per) {
  const middle = course.filter(({ seconds }) => seconds >= course.at(-1).seconds / 2)[0];
  return [
    ...groups.map(({ name, cpuSeconds }) => [
      `processor seconds, and µs for a candidate: ${name}`,
      `${one(cpuSeconds)}, ${one((cpuSeconds * 1e6) / per)}`,
    ]),
    ...groups.map(({ name, peakBytes }) => [
      `resident MB: ${name}, at the start, half-way, at the end, at most`,
      [course[0].bytes[name], middle.bytes[name], course.at(-1).bytes[name], peakBytes]
        .map(megabytes)
        .join(', '),
    ]),
  ];
}

function manySearches(found) {
  const head = [
    'priority',
    'searches',
    'scored after, s',
    'ranked after, s',
    'wait of a shard, s: median, longest',
    'shards tried again',
    'share of the shards',
    'Jain’s index among equals',
  ];
  const rows = found.priorities.map((of) => [
    of.priority,
    of.searches,
    one(of.scoredAfterSeconds),
    one(of.endedAfterSeconds),
    `${one(of.medianWaitSeconds)}, ${one(of.longestWaitSeconds)}`,
    of.shardsTriedAgain,
    `${Math.round(100 * of.share)} %`,
    two(of.fairness),
  ]);
  const text = `${found.searches} searches of ${thousands(found.candidates)} candidates in shards of ${found.shardSize} begin at once. The share is that of all shards that were started while every search of this priority had more to start. Waits are those of shards whose first worker was not lost.`;
  const memory = found.usage.groups.map(
    ({ name, cpuSeconds, peakBytes }) => `${name} ${one(cpuSeconds)} s, ${megabytes(peakBytes)} MB`,
  );
  const rest = `All were ranked after ${one(found.seconds)} s; the longest history has ${thousands(found.largestEvents)} events. Processor seconds and largest resident size: ${memory.join('; ')}.`;
  return part({
    title: 'Fifty searches',
    body: [text, table(head, rows), rest].join('\n\n'),
    of: found,
    command: `${COMMAND} -- --only many`,
  });
}

function describeSchedules(found) {
  const memory = found.usage.groups.map(
    ({ name, cpuSeconds, peakBytes }) => `${name} ${one(cpuSeconds)} s, ${megabytes(peakBytes)} MB`,
  );
  const rows = [
    ['schedules, candidates of each search', `${found.schedules}, ${found.candidates}`],
    ['seconds to create them', one(found.creationSeconds)],
    ['seconds after the minute: the last search has started', one(found.lastStartSeconds)],
    [
      'the first, the last search has its ranking',
      `${one(found.firstEndSeconds)}, ${one(found.lastEndSeconds)}`,
    ],
    ['processor seconds and largest resident size', memory.join('; ')],
  ];
  return part({
    title: 'Two hundred schedules in one minute',
    body: table(['', ''], rows),
    of: found,
    command: `${COMMAND} -- --only schedules`,
  });
}

function part({ title, body, of, command }) {
  const processes = of.perProcess === PER_PROCESS ? '' : ` --per-process ${of.perProcess}`;
  return [`### ${title}`, body, `\`${command}${processes}\`; ${machineOf(of)}.`].join('\n\n');
}
