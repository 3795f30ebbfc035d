// Tests that serious vulnerabilities fail the audit, that minor ones are only listed, and that a registry
// that does not answer is no failure.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { ROOT } from '../support/zeroscout.js';

const dir = mkdtempSync(join(tmpdir(), 'zeroscout-audit-'));
afterAll(() => rmSync(dir, { recursive: true }));

/** Runs the script with a fake npm that prints this. */
function audit(answer: string): { readonly code: number | null; readonly said: string } {
  const npm = join(dir, 'npm.cjs');
  writeFileSync(
    npm,
    `if (process.argv[2] !== 'audit' || !process.argv.includes('--omit=dev')) process.exit(7);
process.stdout.write(${JSON.stringify(answer)}); process.exitCode = 1;`,
  );
  const env = { ...process.env, npm_execpath: npm };
  const { status, stdout } = spawnSync(process.execPath, ['scripts/audit.mjs'], {
    cwd: ROOT,
    env,
    encoding: 'utf8',
  });
  return { code: status, said: stdout };
}

const holed = (severity: string) =>
  JSON.stringify({
    vulnerabilities: {
      left: {
        name: 'left',
        severity,
        range: '<2',
        via: [{ title: 'Pads too far', url: 'GHSA-1' }],
        fixAvailable: true,
      },
    },
    metadata: { vulnerabilities: { total: 1 }, dependencies: { total: 90 } },
  });
const none = JSON.stringify({
  vulnerabilities: {},
  metadata: { vulnerabilities: {}, dependencies: { total: 90 } },
});

test.each([
  ['none', none, 0, /^dependencies audited, 90 packages: 0 known holes, 0 of them/],
  [
    'a high one',
    holed('high'),
    1,
    /^high: left <2: Pads too far GHSA-1 \(npm audit fix\)\n.*1 known holes, 1 of/,
  ],
  ['a moderate one', holed('moderate'), 0, /^moderate: left .*\n.*1 known holes, 0 of/],
  [
    'no audits here',
    '{"message":"405 Method Not Allowed - POST x","statusCode":405}',
    0,
    /^dependencies not audited: .*\(405 Method Not Allowed\)/,
  ],
  [
    'no network',
    '{"error":{"code":"ENOTFOUND","summary":"request failed"}}',
    0,
    /^dependencies not audited: .*\(request failed\)/,
  ],
  ['nothing at all', '', 0, /^dependencies not audited: .*\(npm audit gave no report\)/],
])('%s', (_, answer, code, says) => {
  const outcome = audit(answer);
  expect(outcome.said).toMatch(says);
  expect(outcome.code).toBe(code);
});
