// The scorer process of bench:fidelity --drawing: our scorer with weights drawn in another way.
import type { FromScorer, ToScorer } from '../../engine/protocol.js';
import { createScorer } from '../../engine/scorer.js';
import { type Drawing, drawingOf } from './drawing.js';

const drawing = process.env.ZEROSCOUT_BENCH_DRAWING as Drawing;
const { scoreAll } = await createScorer({ threads: 1, drawOf: drawingOf[drawing] });
const send = (message: FromScorer) => process.send?.(message, () => {});
process.on('message', async ({ id, requests }: ToScorer) =>
  send({ type: 'scored', id, outcomes: await scoreAll(requests), residentBytes: process.memoryUsage.rss() }),
);
process.on('disconnect', () => process.exit(0));
send({ type: 'ready' });
