// Tests which worker serves which search when families of proxies have their own versions.
import { expect, test } from 'vitest';
import {
  countEngines,
  describeEngines,
  isServed,
  relevantTo,
  serves,
  versionFor,
  wholeVersion,
} from '../../../core/contract/engines.js';

const ENGINE = 'block-8.ort-1.30.0';

test('a search of az-nas alone asks for the engine as it always did', () => {
  expect(versionFor(ENGINE, ['az-nas'])).toBe(ENGINE);
  expect(versionFor(ENGINE, ['az-nas', 'costs'])).toBe(ENGINE);
  expect(versionFor(ENGINE, ['az-nas', 'residual'])).toBe(`${ENGINE}+residual-1`);
  expect(wholeVersion(ENGINE)).toContain('+residual-1');
});

test('a family has the version that the worker says, where it says one', () => {
  expect(versionFor(`${ENGINE}+zen-4+residual-7`, ['residual'])).toBe(`${ENGINE}+residual-7`);
});

test('a worker serves what is a part of what it has', () => {
  const worker = `${ENGINE}+residual-1+zen-2`;
  for (const wanted of [ENGINE, `${ENGINE}+zen-2`, worker]) expect(serves(worker, wanted)).toBe(true);
  for (const wanted of ['block-9.ort-1.30.0', `${ENGINE}+zen-1`, `${ENGINE}+zico-1`])
    expect(serves(worker, wanted)).toBe(false);
  expect(isServed(`${ENGINE}+zen-2`, countEngines([ENGINE, worker]))).toBe(true);
  expect(isServed(`${ENGINE}+zen-3`, countEngines([ENGINE, worker]))).toBe(false);
  expect(isServed(`${ENGINE}+zen-3`, countEngines([undefined]))).toBe(true);
});

test('people are told of the parts that matter to their search', () => {
  expect(relevantTo(ENGINE, `${ENGINE}+zen-2`)).toBe(ENGINE);
  expect(relevantTo(`${ENGINE}+zen-3`, `${ENGINE}+residual-1+zen-2`)).toBe(`${ENGINE}+zen-2`);
  const counts = countEngines([`${ENGINE}+residual-1+zen-2`, `${ENGINE}+residual-2+zen-2`]);
  expect(describeEngines(`${ENGINE}+zen-3`, counts)).toBe(
    `no worker of engine ${ENGINE}+zen-3; 2 workers have ${ENGINE}+zen-2`,
  );
});
