// Tells a person with schedules on embedded servers that no worker is there for their runs.
import { findLivingWorkers, readQueue } from '../client/workers/queues.js';
import { note, paint } from './render/terminal.js';
import type { Session } from './session.js';

/**
 * `services down` and a restart of the machine end the workers in the background, and `services up` starts the
 * servers alone. Workers of other servers may be on other machines, and are their operator's affair.
 */
export async function noteWaitingRuns({ client, connections }: Session): Promise<void> {
  if (!connections.embedded) return;
  const queue = await readQueue(client);
  if (findLivingWorkers({ queue, isLocal: true }).length > 0) return;
  note(
    paint.yellow(
      'no control worker runs, so the runs of schedules wait; zeroscout schedule update NAME SPEC --workers 1 starts workers in the background',
    ),
  );
}
