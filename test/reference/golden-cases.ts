// Writes files of three golden cases for tests, the last one modified.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { GOLDENS_NB201 } from '../support/goldens.js';

export const folder = mkdtempSync(join(tmpdir(), 'zeroscout-golden-'));
afterAll(() => rmSync(folder, { recursive: true }));

export function file(content: unknown): string {
  const path = join(folder, 'cases.json');
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

export type Json = Record<string, unknown>;
/** Sets a field, or one value of a list. */
export const set = (field: string, value: unknown) => (item: Json) =>
  void Object.assign(item, { [field]: value });
export const setAt = (field: string, index: number, value: unknown) => (item: Json) =>
  void Object.assign(item[field] as unknown[], { [index]: value });

/** An all-dead case, an identity, and one that is finite everywhere; the last is modified. */
export function some(change: (last: Json) => unknown = () => {}): Json[] {
  const all = JSON.parse(readFileSync(GOLDENS_NB201, 'utf8')) as Json[];
  const cases = [all[0]!, all[5]!, all[3]!];
  change(cases[2]!);
  return cases;
}
