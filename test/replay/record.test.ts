// Records the histories in histories/, one for every course that a search can take, from real servers and workers, for replay.test.ts.
// Run by hand after the workflow was changed on purpose: ZEROSCOUT_RECORD=1 npx vitest run test/replay/record.test.ts
// (or ZEROSCOUT_RECORD=evolution for a course that is new)
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Client, Connection, type WorkflowHandle } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { test } from 'vitest';
import { workflowIdOf } from '../../core/contract/search-queues.js';
import { openSpace } from '../../core/spaces/index.js';
import { cancelDuring, type Task } from '../support/cancel-during.js';
import { testHome, until } from '../support/home.js';
import { startNats } from '../support/nats.js';
import { startTemporal } from '../support/temporal.js';
import { done, type Running, spawnNode, spawnZeroscout, specification } from '../support/zeroscout.js';

const here = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const bad = openSpace({ kind: 'nas-bench-201' }).enumeration!.at(7);

const COURSES: Readonly<Record<string, Parameters<typeof specification>[0]>> = {
  plain: { samples: 6, changes: { execution: { shardSize: 2 } } },
  paused: { samples: 20, changes: { seed: 2, execution: { shardSize: 2, window: 2 } } },
  'failed-candidate': {
    changes: { strategy: { kind: 'list', file: 'bad.txt' }, seed: 3, execution: { shardSize: 2 } },
  },
  rounds: {
    changes: {
      seed: 4,
      fidelity: undefined,
      strategy: {
        kind: 'screening',
        source: { kind: 'random', samples: 8 },
        rounds: [
          { fidelity: { draws: 1, batch: 4, resolution: 8 }, keep: 0.5 },
          { fidelity: { draws: 2, batch: 4, resolution: 8 } },
        ],
      },
    },
  },
  evolution: {
    changes: {
      seed: 6,
      strategy: { kind: 'evolution', population: 6, budget: 16, generation: 4, mutations: 1 },
      constraints: { flops: { max: '100M' } },
      execution: { shardSize: 2 },
    },
  },
  // The second of two scheduled runs, which is compared with the first; its notification fails.
  scheduled: { samples: 4, changes: { seed: 6, notify: { command: 'true' } } },
  // A parent and two of its four parts, which are paused and resumed.
  parts: { samples: 36, changes: { seed: 7, execution: { shardSize: 2, window: 4, partSize: 5 } } },
  // Cancelled after it has requested its two parts, and before they have started.
  cancelled: { samples: 36, changes: { seed: 9, execution: { shardSize: 2, window: 4, partSize: 9 } } },
  // Two of three workers find that the third one computes wrong numbers.
  verified: { samples: 24, changes: { seed: 8, execution: { shardSize: 2, verify: '10%' } } },
  // Like `rounds` and `parts`, but recorded since the input is checked and the engine version decided first.
  addressed: {
    samples: 24,
    changes: {
      seed: 8,
      fidelity: undefined,
      strategy: {
        kind: 'screening',
        source: { kind: 'random', samples: 24 },
        rounds: [
          { fidelity: { draws: 1, batch: 4, resolution: 8 }, keep: 0.5 },
          { fidelity: { draws: 2, batch: 4, resolution: 8 } },
        ],
      },
      execution: { shardSize: 2, window: 4, partSize: 8 },
    },
  },
  continued: { samples: 36, changes: { seed: 5, execution: { shardSize: 1, window: 4 } } },
};

test.runIf(process.env.ZEROSCOUT_RECORD)('record', { timeout: 600_000 }, async () => {
  const home = testHome();
  const limits = { 'limit.historyCount.suggestContinueAsNew': 80 };
  const temporal = await startTemporal({ home, limits });
  const nats = await startNats({ dir: `${home.dir}/nats` });
  const env = { TEMPORAL_ADDRESS: temporal.address, NATS_URL: nats.url, POISON: bad };
  const connection = await Connection.connect({ address: temporal.address });
  const { workflow } = new Client({ connection });
  home.write('bad.txt', [bad, openSpace({ kind: 'nas-bench-201' }).enumeration!.at(500)].join('\n'));
  const control = spawnZeroscout(['worker', '--role', 'control'], { home, env });
  const scripts = ['../e2e/e2e-worker.mjs', '../e2e/e2e-poison-scorer.mjs'].map(here);
  const score = spawnNode(scripts, { home, env });
  const more: Running[] = [];
  const save = async (name: string, handles: readonly WorkflowHandle[]) => {
    for (const [i, handle] of handles.entries()) {
      const history = await handle.fetchHistory();
      const file = here(`histories/${handles.length === 1 ? name : `${name}-${i + 1}`}.json`);
      writeFileSync(file, `${JSON.stringify(JSON.parse(historyToJSON(history)))}\n`);
    }
  };
  const runTwice = async (name: string) => {
    await done(['schedule', 'create', name, `${name}.json`, '--cron', '@yearly'], { home, env });
    const runNow = async () => {
      const { stdout } = await done(['schedule', 'run-now', name, '--json'], { home, env });
      const handle = workflow.getHandle(workflowIdOf(JSON.parse(stdout).id));
      await handle.result();
      return handle;
    };
    await runNow();
    return runNow();
  };
  try {
    const only = process.env.ZEROSCOUT_RECORD!;
    for (const [name, given] of Object.entries(COURSES)) {
      if (only !== '1' && only !== name) continue;
      home.write(`${name}.json`, specification({ name, ...given }));
      if (name === 'scheduled') {
        await save(name, [await runTwice(name)]);
        continue;
      }
      if (name === 'cancelled') {
        await done(['run', `${name}.json`, '--id', name, '--detach'], { home, env });
        const handle = workflow.getHandle(workflowIdOf(name));
        const isAudited = ({ completed }: Task) =>
          completed.filter((type) => type === 'auditScores').length === 2;
        await cancelDuring(handle, control.pid, isAudited);
        await handle.result().catch(() => {});
        await save(name, [handle]);
        continue;
      }
      if (name === 'verified') {
        const scorers = ['../e2e/e2e-wrong-scorer.mjs', '../../dist/engine/scorer-process.js'];
        for (const scorer of scorers)
          more.push(spawnNode([here('../e2e/e2e-worker.mjs'), here(scorer)], { home, env }));
        for (const worker of more) await worker.says(/"worker ready"/);
      }
      const run = spawnZeroscout(['run', `${name}.json`, '--id', name, '--json'], { home, env });
      if (name === 'paused' || name === 'parts') {
        const progress = async () =>
          JSON.parse((await done(['status', name, '--json'], { home, env })).stdout).progress;
        await run.says(/started/);
        await workflow.getHandle(`search-${name}`).signal('pause');
        await until(async () => (await progress())?.shards.running.length === 0, {
          what: 'it rests',
          timeoutMs: 60_000,
        });
        await done(['resume', name], { home, env });
      }
      const { code, stderr } = await run.ended;
      if (code !== 0) throw new Error(stderr);
      if (name === 'parts') {
        const ids = new Set<string>();
        for await (const { workflowId } of workflow.list())
          if (workflowId.startsWith(`search-${name}`)) ids.add(workflowId);
        await save(
          name,
          [...ids]
            .sort()
            .slice(0, 3)
            .map((id) => workflow.getHandle(id)),
        );
        continue;
      }
      const runs: string[] = [];
      for await (const { runId } of workflow.list({ query: `WorkflowId = "search-${name}"` }))
        runs.unshift(runId);
      await save(
        name,
        runs.map((runId) => workflow.getHandle(`search-${name}`, runId)),
      );
    }
  } finally {
    const workers = [score, control, ...more];
    for (const worker of workers) worker.child.kill('SIGTERM');
    await Promise.all(workers.map(({ ended }) => ended));
    await connection.close();
    await Promise.all([temporal.stop(), nats.stop()]);
    await home.remove();
  }
});
