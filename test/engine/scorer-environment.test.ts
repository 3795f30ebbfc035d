// Tests what a scorer receives from the environment of its worker, and what is kept from it.
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished, vi } from 'vitest';
import { createScorerPool, type ScorerPoolOptions } from '../../engine/scorer-pool.js';
import { request } from '../support/engine.js';

const script = fileURLToPath(new URL('../faults/environment-scorer.mjs', import.meta.url));

async function environmentOf(scorer: ScorerPoolOptions['scorer'] = {}): Promise<NodeJS.ProcessEnv> {
  const pool = createScorerPool({ script, size: 1, scorer });
  const [environment] = await pool.score(request('x')).finally(() => pool.close());
  return environment as unknown as NodeJS.ProcessEnv;
}

/** Sets variables of this process until the test ends. */
function set(variables: Readonly<Record<string, string | undefined>>): void {
  for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);
  onTestFinished(() => void vi.unstubAllEnvs());
}

it('no settings of servers, no credentials and no secrets, but everything else', async () => {
  const secrets = {
    TEMPORAL_API_KEY: 'a',
    NATS_PASSWORD: 'b',
    OTEL_EXPORTER_OTLP_HEADERS: 'c',
    ZEROSCOUT_ENCRYPTION_KEYS: 'd',
    ZEROSCOUT_SECRET_HOOK: 'e',
    SIGNS_HOOKS: 'f',
  };
  set({ ...secrets, ZEROSCOUT_NOTIFY_SECRETS: 'OTHER, SIGNS_HOOKS', MY_NATS_NAME: 'kept' });
  const environment = await environmentOf();
  expect(Object.keys(secrets).filter((name) => name in environment)).toEqual([]);
  expect(environment.MY_NATS_NAME).toBe('kept');
});

it('its threads, its device and its parent', async () => {
  const given = async (scorer?: ScorerPoolOptions['scorer']) => {
    const { ZEROSCOUT_SCORER_THREADS, ZEROSCOUT_SCORER_DEVICE, ZEROSCOUT_PARENT } =
      await environmentOf(scorer);
    return [ZEROSCOUT_SCORER_THREADS, ZEROSCOUT_SCORER_DEVICE, ZEROSCOUT_PARENT];
  };
  expect(await given({ threads: 3, device: 'cuda' })).toEqual(['3', 'cuda', String(process.pid)]);
  expect(await given()).toEqual(['1', 'cpu', String(process.pid)]);
});

it.each([
  ['allowed', '0', '1'],
  ['refused', '1', '0'],
  [undefined, '1', '1'],
  [undefined, undefined, undefined],
] as const)('permission to run modules: %s beside %s', async (modules, own, expected) => {
  set({ ZEROSCOUT_ALLOW_MODULES: own });
  expect((await environmentOf({ modules })).ZEROSCOUT_ALLOW_MODULES).toBe(expected);
});

it.each([
  [undefined, '1'],
  ['no', '0'],
] as const)('no telemetry unless the user allows it: %s', async (own, expected) => {
  set({ ORT_DISABLE_TELEMETRY: own });
  expect((await environmentOf()).ORT_DISABLE_TELEMETRY).toBe(expected);
});
