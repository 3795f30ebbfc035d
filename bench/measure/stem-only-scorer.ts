// Runs as a scorer process that computes every block of every candidate, as the reference for the time that
// shared leading blocks save.
import { createCpuScorer } from '../../engine/cpu-scorer.js';
import { createPrefixCaches } from '../../engine/prefix-cache.js';
import { serveScorer } from './serve-scorer.js';

const threads = Number(process.env.ZEROSCOUT_SCORER_THREADS ?? 1);
const prefixCaches = createPrefixCaches({ depth: 'stem' });
const { scoreAll } = await createCpuScorer({ threads, prefixCaches });
serveScorer(scoreAll);
