// Exports the public API of zeroscout: what programs import from `zeroscout`.
import '../workers/quiet-grpc.js';

export type { Comparison, SearchComparison } from '../core/comparison/comparison.js';
export type { SearchProgress } from '../core/contract/search.js';
export type { AdviceCode, ErrorCode, IssueReason, ServiceReason } from '../core/error-codes.js';
export {
  type Advice,
  BlobError,
  DeviceError,
  type Issue,
  ServiceError,
  SpecError,
} from '../core/errors.js';
export type { ParetoCost, ParetoRow } from '../core/report/pareto.js';
export type { RankingRow } from '../core/report/ranking-csv.js';
export type { RankingDiff } from '../core/report/ranking-diff.js';
export type { Summary } from '../core/report/summary.js';
export type { Generation } from '../core/report-page/report-data.js';
export type { SpaceDescription } from '../core/spaces/describe.js';
export type { RankedBy } from '../core/specification/describe-ranking.js';
export type { Device } from '../core/specification/devices.js';
export type { Specification } from '../core/specification/specification.js';
export type { Usage } from '../store/store.js';
export type { CalibratedSearch, CalibrateOptions } from './calibration/calibrate-search.js';
export type { SuggestedNetwork, SuggestOptions } from './calibration/suggest-networks.js';
export {
  type ConnectOptions,
  connect,
  type Retention,
  type RetentionOptions,
  type Zeroscout,
} from './connect.js';
export type { FileInput } from './files/open-file.js';
export type { LatencyMeasurements, MeasureOptions } from './latency/latencies.js';
export type { Agreement, Correlation } from './results/correlate.js';
export type { CandidateDescription } from './results/describe-candidate.js';
export type { ExportedFile, ExportFormat } from './results/export-candidates.js';
export type { Latencies } from './results/latencies.js';
export type { OtherRank, OtherRanks } from './results/other-ranks.js';
export type { Results } from './results/results.js';
export type { ScreeningRound } from './results/screening-rounds.js';
export type { Cost, RetentionReport } from './retention/apply-retention.js';
export type { DamagedBlob } from './retention/references.js';
export type { ScheduleDetails, ScheduleRow } from './schedules/describe-schedule.js';
export type { SchedulePage } from './schedules/find-schedule.js';
export type { RequestedRun } from './schedules/run-schedule.js';
export type { CreateScheduleOptions, Schedules, UpdateScheduleOptions } from './schedules/schedules.js';
export type { SearchDescription } from './searches/describe-search.js';
export type { FinishedSearches, TruthInput } from './searches/finished-searches.js';
export type { LiveProgress, SearchLook } from './searches/follow-search.js';
export type { SearchFilter, SearchRow } from './searches/list-searches.js';
export type { Search } from './searches/search.js';
export { SearchFailedError } from './searches/search-failed-error.js';
export type { Searches, StartOptions } from './searches/searches.js';
export { embeddedServers, type ServersOptions } from './servers.js';
export type { CandidateCosts } from './spaces/candidate-costs.js';
export type { SpaceInput } from './spaces/describe-space.js';
export type { CheckedSpecification } from './specification/check.js';
export type { ModulePermission } from './specification/module-permission.js';
export type { FileResolver, SpecificationInput } from './specification/read-specification.js';
export type { Waiting } from './status/waiting.js';
export type { QueueOfWorkers } from './workers/list-workers.js';
export type { WorkerTask } from './workers/worker-tasks.js';
export type { Workers } from './workers/workers.js';
