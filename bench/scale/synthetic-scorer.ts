// Runs as a scorer process whose proxies are a hash of the candidate, so that everything except scoring can
// be measured.
import { serveScorer } from '../measure/serve-scorer.js';
import { syntheticScore } from './synthetic-score.js';

serveScorer((requests) => requests.map((request) => ({ result: syntheticScore(request) })));
