// Starts an embedded server on usable data: unusable data are moved aside, and new data are created.
import type { Binary, OnStep } from './binaries.js';
import { findDatabaseFault } from './check-database.js';
import {
  endFirstStart,
  hasData,
  isFirstStartOpen,
  locateData,
  markFirstStart,
  putDataBack,
  type SetAside,
  setDataAside,
} from './data-folder.js';
import { type Home, locateLog, type ServiceName } from './home.js';
import { launch, StartError } from './launch.js';
import { readLogOfLastStart } from './server-log.js';
import { SERVERS } from './servers.js';
import type { ServiceRecord } from './state.js';
import { dropIndex, findDamagedStreams, findStuckStream, setStreamAside } from './stream-blocks.js';

interface Start {
  readonly home: Home;
  readonly name: ServiceName;
  readonly binary: Binary;
  readonly onStep: OnStep;
  /** The descriptor of the lock on the data, which the server inherits. */
  readonly lock: number;
  /** Stops any server that uses these data. */
  readonly stop: () => Promise<unknown>;
}

/** The contents that are lost with a server's data, for the message about it. */
const LOSS: { readonly [name in ServiceName]: string } = {
  temporal: 'Searches start again and reuse the stored scores; schedules must be created again',
  nats: 'Its scores are computed again',
};

/**
 * `fault` is what the previous server reported about its data. Throws a StartError if a start on fresh data
 * fails too.
 */
export async function launchOnSoundData({
  fault: earlier,
  ...start
}: Start & { readonly fault: string | undefined }): Promise<ServiceRecord> {
  setUnfinishedAside(start);
  if (start.name === 'nats') repairStreams(start);
  const fault = await faultOf({ ...start, earlier });
  if (fault !== undefined) return await launchOnFreshData({ start, fault });
  if (!hasData(start)) return await launchFirst(start);
  try {
    return await launch(start);
  } catch (error) {
    const stuck = start.name === 'nats' ? await launchPastStream({ start, error }) : undefined;
    if (stuck) return stuck;
    const verdict = judge({ start, error });
    if (verdict === 'other cause') throw error;
    await start.stop();
    if (verdict === 'unclear') return await launchAgain({ start, error });
    return await launchOnFreshData({ start, fault: verdict.fault, cause: error });
  }
}

/**
 * Starts the server once more on its data, because a loaded machine can end a start too. Only a second
 * failure counts as a fault of the data.
 */
async function launchAgain({
  start,
  error: first,
}: {
  readonly start: Start;
  readonly error: unknown;
}): Promise<ServiceRecord> {
  start.onStep(
    `${SERVERS[start.name].title} ended at its start and is started once more: ${firstLine(first)}`,
  );
  try {
    return await launch(start);
  } catch (error) {
    const verdict = judge({ start, error });
    if (verdict === 'other cause') throw error;
    await start.stop();
    const fault = verdict === 'unclear' ? 'the server ends at its start' : verdict.fault;
    return await launchOnFreshData({ start, fault, cause: error });
  }
}

const firstLine = (error: unknown): string => (error as Error).message.split('\n')[0]!;

/**
 * Repairs damage of streams that nats-server does not survive: it then reads those streams without their
 * index.
 */
function repairStreams({ home, onStep }: Start): void {
  for (const stream of findDamagedStreams(home)) {
    dropIndex({ home, stream });
    onStep(
      `the blocks of stream ${stream} are damaged: NATS reads them record by record and skips what is damaged; ${LOSS.nats.toLowerCase()}`,
    );
  }
}

/**
 * If a server never finishes reading one of its streams, it is started without that stream's index, and if
 * that fails too, without the stream.
 */
async function launchPastStream({
  start,
  error,
}: {
  readonly start: Start;
  readonly error: unknown;
}): Promise<ServiceRecord | undefined> {
  if (!(error instanceof StartError) || error.trouble !== 'silent') return undefined;
  const { home, onStep } = start;
  const stuckNow = () => findStuckStream(readLogOfLastStart(locateLog({ home, name: 'nats' })));
  const stream = stuckNow();
  if (stream === undefined) return undefined;
  await start.stop();
  dropIndex({ home, stream });
  onStep(`NATS does not finish reading stream ${stream}: it reads the stream without its index`);
  try {
    return await launch(start);
  } catch (again) {
    if (stuckNow() !== stream) throw again;
    await start.stop();
    const path = setStreamAside({ home, stream });
    onStep(`stream ${stream} is set aside in ${path}. ${LOSS.nats}.`);
    return await launch(start);
  }
}

/** A database whose first start was killed lacks tables, and was never used. */
function setUnfinishedAside({ home, name, onStep }: Start): void {
  if (!isFirstStartOpen({ home, name })) return;
  if (hasData({ home, name })) {
    const { path } = setDataAside({ home, name, word: 'unfinished' });
    onStep(`the first start of ${SERVERS[name].title} was cut short; what it left is in ${path}`);
  }
  endFirstStart({ home, name });
}

async function faultOf({
  home,
  name,
  earlier,
}: Start & { readonly earlier: string | undefined }): Promise<string | undefined> {
  if (!hasData({ home, name })) return undefined;
  if (name === 'temporal') {
    const fault = await findDatabaseFault(locateData({ home, name })[0]!);
    if (fault !== undefined) return fault;
  }
  // The file is intact as a file, but lacks what the server needs.
  return earlier !== undefined && /no such (table|column)/.test(earlier) ? earlier : undefined;
}

/** What a failed start says about the server's data. */
type Verdict = { readonly fault: string } | 'unclear' | 'other cause';

/**
 * A server that ends by itself may do so because of its data; one that was killed or is slow says nothing
 * about them.
 */
function judge({ start, error }: { readonly start: Start; readonly error: unknown }): Verdict {
  if (!(error instanceof StartError) || error.trouble === 'killed') return 'other cause';
  const { home, name } = start;
  const fault = SERVERS[name].faultIn(readLogOfLastStart(locateLog({ home, name })));
  if (fault !== undefined) return { fault };
  return error.trouble === 'silent' ? 'other cause' : 'unclear';
}

/**
 * A start without the data shows whether they were at fault. If that start fails too, the data are restored.
 */
async function launchOnFreshData({
  start,
  fault,
  cause,
}: {
  readonly start: Start;
  readonly fault: string;
  readonly cause?: unknown;
}): Promise<ServiceRecord> {
  const { home, name, onStep } = start;
  const aside = setDataAside({ home, name, word: 'damaged' });
  try {
    const record = await launchFirst(start);
    onStep(
      `the data of ${SERVERS[name].title} were damaged (${fault}) and are set aside in ${aside.path}. ${LOSS[name]}.`,
    );
    return record;
  } catch (error) {
    await start.stop();
    putBack({ home, name, aside });
    throw cause ?? error;
  }
}

function putBack(what: { readonly home: Home; readonly name: ServiceName; readonly aside: SetAside }): void {
  putDataBack(what);
  endFirstStart(what);
}

async function launchFirst(start: Start): Promise<ServiceRecord> {
  markFirstStart(start);
  const record = await launch(start);
  endFirstStart(start);
  return record;
}
