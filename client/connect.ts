// Connects a program to zeroscout's servers and gives it searches, schedules, workers and the rest.
import type { Usage } from '../store/store.js';
import { checkOptions } from './check-options.js';
import type { Connections } from './connections/resolve-connections.js';
import { withServiceErrors } from './connections/server-errors.js';
import { openSession, type Session } from './connections/session.js';
import { withHomeField } from './embedded/home-field.js';
import { keepServers } from './embedded/keep-servers.js';
import { createLatencies, type LatencyMeasurements } from './latency/latencies.js';
import { applyRetention, type RetentionReport } from './retention/apply-retention.js';
import { createSchedules, type Schedules } from './schedules/schedules.js';
import { createSearches, type Searches } from './searches/searches.js';
import { type CandidateCosts, type CostsRequest, computeCandidateCosts } from './spaces/candidate-costs.js';
import { type DescribeRequest, describeSpaceInput } from './spaces/describe-space.js';
import { type CheckedSpecification, checkSpecificationInput } from './specification/check.js';
import type { ModulePermission } from './specification/module-permission.js';
import type { SpecificationInput } from './specification/read-specification.js';
import { createReadingThread } from './threads/reading-thread.js';
import { createLocalScoring } from './workers/local-scoring.js';
import { createWorkers, type Workers } from './workers/workers.js';

export interface ConnectOptions {
  /**
   * What happens if the environment and temporal.toml name no servers: `start` (default) starts embedded
   * servers in `home`, which remain when this program ends; `running` requires that they run there already.
   */
  readonly servers?: 'start' | 'running';
  /**
   * The folder of the embedded servers; by default ZEROSCOUT_HOME, else `.zeroscout` in the working folder.
   */
  readonly home?: string;
  /**
   * Whether the code of spaces of kind module and of own proxies may run in this program and in workers that
   * it starts. Such code comes with a specification; `refused` by default.
   */
  readonly modules?: ModulePermission;
  /**
   * Where comparisons, reports and agreements are computed: `here` (default), which blocks this thread for
   * seconds where candidates are many, or in a `thread` of its own with connections of its own.
   */
  readonly readings?: 'here' | 'thread';
  /** The name of this program in servers; `zeroscout-client` by default. */
  readonly name?: string;
  /** Called with one line for each step of starting servers, and for later events of servers and workers. */
  readonly onNote?: (text: string) => void;
}

export interface RetentionOptions {
  /**
   * The number of finished runs of each schedule, and of each specification name, that are kept whatever
   * their age; 1 by default.
   */
  readonly keepLast?: number;
  /** The age in milliseconds up to which runs are kept; 30 days by default. */
  readonly olderThan?: number;
  /**
   * The ids of other Temporal namespaces that have used the same streams of NATS and whose searches need nothing there
   * any more. With any other, `plan` and `apply` throw a SpecError that names them.
   */
  readonly forgetNamespaces?: readonly string[];
}

export interface Retention {
  /** The size of what the store holds, by kind; nothing is read for it. */
  usage(): Promise<readonly Usage[]>;
  /** Reports what would be deleted, and deletes nothing. */
  plan(options?: RetentionOptions): Promise<RetentionReport>;
  /** Deletes old runs, and the blobs and scores that no kept run and no schedule refers to. */
  apply(options?: RetentionOptions): Promise<RetentionReport>;
}

/** A connected program. Call `close` at the end. */
export interface Zeroscout {
  readonly searches: Searches;
  readonly schedules: Schedules;
  readonly workers: Workers;
  readonly retention: Retention;
  readonly latencies: LatencyMeasurements;
  readonly spaces: {
    /**
     * Describes a space: how many candidates it has, how many distinct functions they compute, and what they
     * cost.
     */
    describe(request: Omit<DescribeRequest, 'modules'>): ReturnType<typeof describeSpaceInput>;
    /** Counts parameters and FLOPs of each candidate in a list, in its order. */
    costs(request: Omit<CostsRequest, 'modules'>): Promise<readonly CandidateCosts[]>;
  };
  readonly specification: {
    /**
     * Checks a specification and fills in every default. Throws a SpecError that names every mistake with its
     * field.
     */
    check(specification: SpecificationInput): Promise<CheckedSpecification>;
  };
  /** The addresses of Temporal and NATS, and whether they are embedded. */
  readonly connections: Connections;
  /**
   * Lets workers that this program started finish their work, and disconnects. Searches continue where other
   * workers run.
   */
  close(): Promise<void>;
}

const MONTH_MS = 30 * 86_400_000;

/**
 * Connects to the servers that the environment and temporal.toml name, and otherwise to embedded ones. Throws
 * a SpecError for invalid settings, and a ServiceError if a server cannot be reached.
 */
export async function connect(options: ConnectOptions = {}): Promise<Zeroscout> {
  checkOptions('connect', options);
  const {
    servers = 'start',
    home,
    modules = 'refused',
    readings = 'here',
    name = 'zeroscout-client',
    onNote = () => {},
  } = options;
  const start = servers === 'start' ? 'if-needed' : 'never';
  const common = { modules, name, onNote };
  const session = await withHomeField(home, () =>
    openSession({ ...common, start, onStep: onNote, ...(home === undefined ? {} : { home }) }),
  );
  const { home: folder, connections } = session;
  const kept = keepServers({ home: folder, connections, onStep: onNote });
  const scoring = createLocalScoring(session);
  const thread = readings === 'thread' ? createReadingThread({ home: folder.root, ...common }) : undefined;
  let isClosed = false;
  const connection = { temporal: connections.temporal, isClosed: () => isClosed };
  const searches = createSearches({ session, scoring, isRestarted: kept.isRestarted, connection });
  return {
    searches: withServiceErrors({ ...searches, ...thread?.reading }, connection),
    schedules: withServiceErrors(createSchedules(session), connection),
    workers: withServiceErrors(createWorkers(session), connection),
    retention: withServiceErrors(createRetention(session), connection),
    latencies: withServiceErrors(createLatencies(session), connection),
    spaces: {
      describe: async (request) => {
        checkOptions('describe', request);
        return describeSpaceInput({ ...request, modules });
      },
      costs: async (request) => {
        checkOptions('costs', request);
        return computeCandidateCosts({ ...request, modules });
      },
    },
    specification: { check: (specification) => checkSpecificationInput(specification, { modules }) },
    connections,
    close: async () => {
      isClosed = true;
      // Workers that end still need the servers.
      try {
        await scoring.stop();
      } finally {
        kept.stop();
        await Promise.all([thread?.close(), session.close()]);
      }
    },
  };
}

function createRetention(session: Session): Retention {
  const run = async (
    which: 'rehearsal' | 'delete',
    options: RetentionOptions = {},
  ): Promise<RetentionReport> => {
    checkOptions('retention', options);
    const { keepLast = 1, olderThan = MONTH_MS, forgetNamespaces = [] } = options;
    const request = { keepLast, olderThan, forgetNamespaces, which };
    const { gone: _, ...report } = await applyRetention(session, request);
    return report;
  };
  return {
    usage: () => session.store.housekeeping.usage(),
    plan: (options) => run('rehearsal', options),
    apply: (options) => run('delete', options),
  };
}
