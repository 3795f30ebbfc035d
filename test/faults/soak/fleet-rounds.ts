// Runs soak rounds on a fleet: a control worker and two score workers, started as by an operator, on servers
// that live through all rounds.
import { type Cluster, startStaffed } from '../support/cluster.js';
import { checkInvariant, forget, type Reference, undisturbed } from '../support/invariant.js';
import { disturb } from './disturb-fleet.js';

export interface Fleet {
  readonly run: (seed: number, tell: (kind: string, what: string) => void) => Promise<void>;
  readonly close: () => Promise<void>;
}

/** The first round starts the fleet, and so does a round after one that broke it. */
export function openFleet(): Fleet {
  let fleet: { readonly cluster: Cluster; readonly reference: Reference } | undefined;
  const close = async () => {
    const { cluster } = fleet ?? {};
    fleet = undefined;
    await cluster?.close();
  };
  return {
    run: async (seed, tell) => {
      fleet ??= await start();
      const { cluster, reference } = fleet;
      const lossy: string[] = [];
      try {
        await forget({ cluster, reference });
        const search = await disturb({
          cluster,
          id: `round-${seed}`,
          seed,
          tell: (what) => {
            if (what.startsWith('scores lost')) lossy.push(what);
            tell(what.replace(/( after)? \d+$/, ''), what);
          },
        });
        await checkInvariant({ cluster, search, reference, store: lossy.length > 0 ? 'lossy' : 'whole' });
      } catch (error) {
        console.error(`what workers warned of, the last of it:\n${cluster.warnings.slice(-40).join('\n')}`);
        await close();
        throw error;
      }
    },
    close,
  };
}

async function start() {
  const cluster = await startStaffed();
  try {
    return { cluster, reference: await undisturbed({ cluster }) };
  } catch (error) {
    await cluster.close();
    throw error;
  }
}
