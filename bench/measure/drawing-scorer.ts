// Runs as the scorer process of `npm run bench:fidelity -- --drawing`: the CPU scorer with weights drawn in
// another way.
import { createCpuScorer } from '../../engine/cpu-scorer.js';
import { type Drawing, drawingOf } from './drawing.js';
import { serveScorer } from './serve-scorer.js';

const drawing = process.env.ZEROSCOUT_BENCH_DRAWING as Drawing;
const { scoreAll } = await createCpuScorer({ threads: 1, drawOf: drawingOf[drawing] });
serveScorer(scoreAll);
