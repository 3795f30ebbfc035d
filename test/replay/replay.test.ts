// Tests that the present workflows replay the histories of finished searches (histories/*.json, recorded by
// record.test.ts).
import { createSecretKey, randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { historyFromJSON } from '@temporalio/common/lib/proto-utils.js';
import { DefaultLogger, type InjectedSinks, Runtime, Worker } from '@temporalio/worker';
import { expect, test } from 'vitest';
import { createPayloadCodec } from '../../workers/payload-codec.js';

const FOLDER = fileURLToPath(new URL('histories/', import.meta.url));
const BUNDLES = ['', '-encrypted', '-traced', '-encrypted-traced'].map((kind) => `workflow-bundle${kind}.js`);
const names = readdirSync(FOLDER).filter((name) => name.endsWith('.json'));

test.skipIf(process.env.ZEROSCOUT_RECORD)('there is a history of every course that a search can take', () => {
  for (const course of [
    'plain',
    'paused',
    'failed-candidate',
    'rounds',
    'evolution-1',
    'evolution-2',
    'scheduled',
    'parts-1',
    'parts-2',
    'addressed-1',
    'addressed-2',
    'continued-1',
    'continued-2',
    'verified-1',
    'verified-2',
  ])
    expect(names).toContain(`${course}.json`);
});

/** A worker with keys must continue what began unencrypted. */
const keys = [{ id: 'k', secret: createSecretKey(randomBytes(32)) }];
const dataConverter = { payloadCodecs: [createPayloadCodec({ keys })] };
/** The sink for spans, which the histories do not contain. */
const sinks: InjectedSinks<{ exporter: { export(): void } }> = { exporter: { export: { fn() {} } } };
Runtime.install({ logger: new DefaultLogger('WARN') });

/**
 * A running search must survive the replacement of workers by newer ones; a difference here would stop it.
 */
test.each(BUNDLES)('the current workflow replays them: %s', { timeout: 120_000 }, async (bundle) => {
  const codePath = fileURLToPath(new URL(`../../dist/${bundle}`, import.meta.url));
  const histories = names.map((name) => {
    const history = historyFromJSON(JSON.parse(readFileSync(`${FOLDER}${name}`, 'utf8')));
    // The ids of parts begin with that of their search.
    const { workflowId } = history.events![0]!.workflowExecutionStartedEventAttributes!;
    return { workflowId: workflowId!, history };
  });
  const replayed: string[] = [];
  const results = Worker.runReplayHistories(
    { workflowBundle: { codePath }, sinks, ...(bundle.includes('encrypted') ? { dataConverter } : {}) },
    histories,
  );
  for await (const { workflowId, error } of results) {
    if (error) throw new Error(`${workflowId}: ${error.message}`, { cause: error });
    replayed.push(workflowId);
  }
  expect(replayed.sort()).toEqual(histories.map(({ workflowId }) => workflowId).sort());
});
