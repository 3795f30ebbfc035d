// Tests that a worker serves steps of its own engine version, leaves others to other workers, and gives up a
// version that no worker has.
import { describe, expect, test } from 'vitest';
import { addressScores } from '../../activities/address-scores.js';
import { createGate, EngineGoneError, OtherEngineError } from '../../activities/engine-gate.js';
import { countEngines } from '../../core/contract/engines.js';
import { formatIdentity, readIdentity } from '../../core/contract/worker-identity.js';
import { ENGINE_VERSION as OWN } from '../../core/engine-version.js';
import { SpecError } from '../../core/errors.js';
import { parseSpecification } from '../../core/specification/specification.js';

const OTHER = 'block-9';
const specificationOf = (seed: number) =>
  parseSpecification({
    text: `name: a\nspace: { kind: nas-bench-201 }\nseed: ${seed}\nstrategy: { kind: random, samples: 5 }\naggregation: log-rank`,
    source: 'spec.yaml',
  });
const specification = specificationOf(1);
const addressUnder = async (engine: string, of = specification) => {
  const { scopes } = await addressScores({ specification: of, engine });
  return { engine, scope: scopes[0]! };
};

function gateOf(given: { engines: (string | undefined)[]; peers?: number }) {
  let time = 0;
  const gate = createGate({
    fleet: { engines: async () => countEngines(given.engines), peers: async () => given.peers ?? 1 },
    now: () => time,
    step: () => ({ activityId: '1' }),
  });
  const wait = (ms: number) => {
    time += ms;
  };
  return { gate, wait };
}

describe('a gate', () => {
  test('serves its own version, also where the step does not say one', async () => {
    const { gate } = gateOf({ engines: [] });
    const address = await addressUnder(OWN);
    expect(await gate({ specification, address })).toEqual(address);
    expect(await gate({ specification })).toEqual(address);
  });

  test('takes no scope that belongs to another specification', async () => {
    const { gate } = gateOf({ engines: [] });
    const address = await addressUnder(OWN, specificationOf(2));
    await expect(gate({ specification, address })).rejects.toThrow(SpecError);
    await expect(gate({ specification, address })).rejects.toThrow(/^address\.scope: /);
  });

  test('is alone where it has seen no other worker for 15 seconds', async () => {
    const given = { engines: [], peers: 1 };
    const { gate, wait } = gateOf(given);
    const askedAfter = async (ms: number) => {
      wait(ms);
      return gate.isAlone();
    };
    expect([await askedAfter(0), await askedAfter(10_000), await askedAfter(6_000)]).toEqual([
      false,
      false,
      true,
    ]);
    given.peers = 2;
    expect(await askedAfter(1_000)).toBe(false);
    given.peers = 1;
    expect([await askedAfter(1_000), await askedAfter(10_000), await askedAfter(5_000)]).toEqual([
      false,
      false,
      true,
    ]);
    // What it saw long ago says nothing about now.
    expect([await askedAfter(60_000), await askedAfter(15_000)]).toEqual([false, true]);
  });

  test.each([OTHER, undefined])(
    'leaves another version to the workers that may have it (%s)',
    async (there) => {
      const { gate, wait } = gateOf({ engines: [OWN, there] });
      const address = await addressUnder(OTHER);
      for (let minutes = 0; minutes < 10; minutes++) {
        await expect(gate({ specification, address })).rejects.toThrow(OtherEngineError);
        wait(60_000);
      }
    },
  );

  test('gives a version up that nobody has had for a while, and begins to count anew where somebody came', async () => {
    const given: { engines: (string | undefined)[] } = { engines: [OWN, OWN, OWN] };
    const { gate, wait } = gateOf(given);
    const address = await addressUnder(OTHER);
    const refused = () => expect(gate({ specification, address })).rejects.toThrow(OtherEngineError);
    await refused();
    wait(14_000);
    given.engines = [OWN, OTHER];
    await refused();
    given.engines = [OWN, OWN, OWN];
    wait(14_000);
    await refused();
    wait(16_000);
    const error = await gate({ specification, address }).catch((error: unknown) => error);
    expect(error).toBeInstanceOf(EngineGoneError);
    expect(error).toMatchObject({
      engine: OWN,
      message: `no worker of engine ${OTHER}; 3 workers have ${OWN}`,
    });
  });
});

test('the name of a worker holds its engine version; names of earlier releases are read as well', () => {
  const place = '7@node';
  for (const worker of [
    { role: 'control', place, engine: OWN },
    { role: 'control', place },
    { role: 'score', device: 'cpu', concurrency: 8, place, engine: OWN },
    { role: 'score', device: 'cpu', concurrency: 8, place },
  ] as const)
    expect(readIdentity(formatIdentity(worker))).toEqual(worker);
});
