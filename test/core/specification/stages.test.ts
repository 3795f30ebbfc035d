// Tests the stages of specifications with and without screening, and the messages about wrong rounds.
import { describe, expect, it } from 'vitest';
import { parseSpecification } from '../../../core/specification/specification.js';
import { sourceOf, stagesOf } from '../../../core/specification/stages.js';

const parse = (rest: string) =>
  parseSpecification({ text: `name: s\nspace: { kind: nas-bench-201 }\n${rest}`, source: 's.yaml' });

describe('stagesOf', () => {
  it('is the specification itself without screening', () => {
    const specification = parse('strategy: { kind: random, samples: 5 }');
    expect(stagesOf(specification)).toEqual([{ specification }]);
    expect(sourceOf(specification)).toEqual({ kind: 'random', samples: 5 });
  });

  it('gives each round of screening its fidelity, over any source', () => {
    const specification = parse(
      'strategy: { kind: screening, source: { kind: random, samples: 9 }, rounds: [{ fidelity: screen, keep: 0.2 }, { fidelity: standard }] }',
    );
    const stages = stagesOf(specification);
    expect(stages.map(({ specification: { fidelity }, keep }) => [fidelity.draws, keep])).toEqual([
      [1, 0.2],
      [3, undefined],
    ]);
    expect(sourceOf(specification)).toEqual({ kind: 'random', samples: 9 });
  });

  it.each([
    ['rounds: [{ fidelity: screen, keep: 0.2 }]', 'strategy.rounds: found 1 rounds; must be 2 to 10'],
    [
      'rounds: [{ fidelity: screen }, { fidelity: standard }]',
      'strategy.rounds.0.keep: is missing; must be the share of candidates that go on, a number above 0 and below 1',
    ],
    [
      'rounds: [{ fidelity: screen, keep: 0.2 }, { fidelity: standard, keep: 0.5 }]',
      'strategy.rounds.1.keep: the last round keeps everything; remove it',
    ],
    [
      'rounds: [{ fidelity: screen, keep: 20 }, { fidelity: standard }]',
      'strategy.rounds.0.keep: found 20; must be a number above 0 and below 1',
    ],
  ])('refuses %s', (rounds, message) => {
    expect(() => parse(`strategy: { kind: screening, ${rounds} }`)).toThrow(message);
  });

  it('refuses a fidelity beside the rounds', () => {
    const rounds = 'rounds: [{ fidelity: screen, keep: 0.2 }, { fidelity: standard }]';
    expect(() => parse(`fidelity: screen\nstrategy: { kind: screening, ${rounds} }`)).toThrow(
      expect.objectContaining({ code: 'invalid-input', field: 'fidelity' }),
    );
  });

  it('reads a specification with every default again', () => {
    const rounds = 'rounds: [{ fidelity: screen, keep: 0.2 }, { fidelity: standard }]';
    const complete = parse(`strategy: { kind: screening, ${rounds} }`);
    const again = parseSpecification({ text: JSON.stringify(complete), source: 's.json' });
    expect(again).toEqual(complete);
  });
});
