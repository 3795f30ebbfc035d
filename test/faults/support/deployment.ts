// Makes a build of the control workers current, as an operator does, and reports on which build a search runs.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { Client, Connection } from '@temporalio/client';
import { ensureBinary } from '../../../client/embedded/binaries.js';
import { workflowIdOf } from '../../../core/contract/search-queues.js';
import { until } from '../../support/home.js';
import { type Cluster, PATIENCE_MS } from './cluster.js';

/**
 * Runs the command of docs/operate/upgrade.md; a version is known some moments after its first worker has
 * polled.
 */
export async function makeCurrent({ cluster, build }: { cluster: Cluster; build: string }): Promise<void> {
  const { path } = await ensureBinary({ home: cluster.home.home, name: 'temporal', onStep: () => {} });
  const version = ['--deployment-name', 'zeroscout', '--build-id', build];
  const command = ['worker', 'deployment', 'set-current-version', ...version, '--yes'];
  const run = () => promisify(execFile)(path, [...command, '--address', cluster.temporalAddress()]);
  let why: unknown;
  await until(
    () =>
      run().then(
        () => true,
        (error) => {
          why = error;
          return false;
        },
      ),
    { what: `version ${build} is known`, timeoutMs: PATIENCE_MS, everyMs: 500 },
  ).catch((error) => {
    throw new Error(`${error}: ${why}`);
  });
}

export async function buildOf({
  cluster,
  id,
}: {
  cluster: Cluster;
  id: string;
}): Promise<string | null | undefined> {
  const connection = await Connection.connect({ address: cluster.temporalAddress() });
  try {
    const { raw } = await new Client({ connection }).workflow.getHandle(workflowIdOf(id)).describe();
    return raw.workflowExecutionInfo?.versioningInfo?.deploymentVersion?.buildId;
  } finally {
    await connection.close();
  }
}
