// Tests in an isolated network that a search resolves no name and leaves no file outside its folders.
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { findChromium } from '../../scripts/chromium.mjs';
import { type TestHome, testHome } from '../support/home.js';
import { runInNamespace, whyNoNamespace } from '../support/namespace.js';
import { environment, ROOT, specification } from '../support/zeroscout.js';

const HELD_SCORER = fileURLToPath(new URL('../support/held-scorer.mjs', import.meta.url));
const obstacle = whyNoNamespace();
if (obstacle !== undefined) console.log(`dial-out.test.ts is skipped: ${obstacle}`);

const homes: TestHome[] = [];
afterAll(async () => {
  for (const home of homes.splice(0)) await home.remove();
});

function fresh(): TestHome {
  const home = testHome();
  homes.push(home);
  return home;
}

describe.skipIf(obstacle !== undefined)('in a network of its own', { concurrent: true }, () => {
  test('a whole search, its servers, an export and doctor ask DNS for nothing and leave no file behind', async () => {
    const home = fresh();
    home.write(
      's.yaml',
      specification({ samples: 12, changes: { constraints: { latency: { max: '10s' } } } }),
    );
    const zeroscout = `"$NODE" "${ROOT}/dist/cli/main.js"`;
    const { ORT_DISABLE_TELEMETRY: _, ...env } = environment({ home });
    const { output, asked, left } = await runInNamespace({
      folder: home.dir,
      env,
      // The scorer is kept running for longer than the ten seconds after which ONNX Runtime first uploads.
      script: `"$NODE" "${HELD_SCORER}" 12 & scorer=$!
        ${zeroscout} run s.yaml --id dial --out out --workers 1
        ${zeroscout} export dial --top 1 --format onnx --out onnx
        ${zeroscout} doctor || true
        ${zeroscout} services down
        wait $scorer`,
    });
    expect(output).toContain('12 scored');
    expect(output).toContain('expressivity');
    expect({ asked, left }).toEqual({ asked: [], left: [] });
  });

  test.skipIf(!findChromium())(
    'a report that Chromium prints asks DNS for nothing and leaves no file behind',
    async () => {
      const home = fresh();
      home.write('s.yaml', specification({ samples: 4 }));
      const zeroscout = `"$NODE" "${ROOT}/dist/cli/main.js"`;
      const { asked, left } = await runInNamespace({
        folder: home.dir,
        env: environment({ home, env: { CHROMIUM_PATH: findChromium() } }),
        script: `${zeroscout} run s.yaml --id printed --out out --workers 1
        ${zeroscout} report printed --format pdf --out report.pdf
        ${zeroscout} services down`,
      });
      expect({ asked, left }).toEqual({ asked: [], left: [] });
      expect(home.read('report.pdf').slice(0, 5)).toBe('%PDF-');
    },
  );

  // With telemetry allowed, ONNX Runtime connects, which shows that the test above would detect it.
  test("by the user's own word ONNX Runtime sends its telemetry", async () => {
    const home = fresh();
    const env = { ...environment({ home }), ORT_DISABLE_TELEMETRY: '0' };
    const script = `"$NODE" "${HELD_SCORER}" 30 & scorer=$!
      until grep -q asked asked.log || ! kill -0 $scorer; do sleep 0.1; done; kill $scorer || true`;
    const { asked, left } = await runInNamespace({ folder: home.dir, env, script });
    expect(asked).toContainEqual(expect.stringContaining('microsoft.com'));
    expect(left).toContainEqual(expect.stringContaining('.onnxruntime'));
  });
});
