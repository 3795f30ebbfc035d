// Runs a control worker whose first ranking finds that the store has lost acknowledged scores.
import { jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { SCORES } from '../../../dist/store/streams.js';
import { runControlWorker } from '../../support/control-worker.mjs';

const behindItsBack = await connect({ servers: process.env.NATS_URL });
let lost = false;
await runControlWorker({
  name: 'losing-worker',
  replaced: ({ activities }) => ({
    rankCandidates: async (input) => {
      if (!lost) {
        lost = true;
        const jsm = await jetstreamManager(behindItsBack);
        const { purged } = await jsm.streams.purge(SCORES.stream, { keep: 3 });
        console.log(`lost ${purged} scores`);
      }
      return activities.rankCandidates(input);
    },
  }),
});
await behindItsBack.close();
process.exit(0);
