// Exports the types of the API's answers for the page, which imports nothing else of this program.
export type {
  CandidateDescription,
  Comparison,
  Correlation,
  LiveProgress,
  QueueOfWorkers,
  RankingDiff,
  RequestedRun,
  ScheduleDetails,
  ScheduleRow,
  SearchDescription,
  SearchLook,
  SearchProgress,
  SearchRow,
  Summary,
  Usage,
  Waiting,
  WorkerTask,
} from '../client/index.js';
export type { FleetMinute } from './fleet-history.js';
export type { Problem } from './problem.js';
export type { Cell, Correlations, Front, Grid, Histogram, Statistics } from './rankings/table-types.js';
export type { CandidateAnswer } from './routes/candidates.js';
export type { FailuresByReason } from './routes/failures.js';
export type { Generation, Generations } from './routes/results.js';
export type { OtherRanksAnswer, Rounds, ScreeningRound } from './routes/rounds.js';
export type { WatchedSearch } from './watched-searches.js';
