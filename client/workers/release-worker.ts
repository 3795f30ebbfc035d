// Lets a worker that was set aside poll for work again.
import { hostname, userInfo } from 'node:os';
import { SpecError } from '../../core/errors.js';
import type { Store, WorkerRecord, WorkerRecords } from '../../store/store.js';
import { checkText } from '../check-text.js';

/** Returns the record that was in force. Throws a SpecError if the worker is not set aside. */
export async function releaseWorker({
  store,
  name,
}: {
  readonly store: Pick<Store, 'workers'>;
  readonly name: string;
}): Promise<WorkerRecord> {
  checkText('worker', name);
  const known = await store.workers.find(name);
  if (!known || known.state === 'released')
    throw SpecError.of({ path: 'worker', code: 'not-found', message: await otherNames(name, store.workers) });
  const by = `${userInfo().username}@${hostname()}`;
  await store.workers.put({ ...known, state: 'released', at: Date.now(), by });
  return known;
}

async function otherNames(name: string, records: WorkerRecords): Promise<string> {
  const others = (await records.list()).filter(({ state }) => state !== 'released');
  const which = others.map(({ worker }) => worker).join(', ');
  return `"${name}" is not set aside; ${which ? `those that are: ${which}` : 'no worker is'}`;
}
