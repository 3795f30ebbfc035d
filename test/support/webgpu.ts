// Determines whether WebGPU has an adapter here, including a software one; tests that need one are skipped
// without it.
import { execFileSync } from 'node:child_process';
import { built } from './engine.js';

/**
 * Whether there is none; prints that. Any other failure is no reason to skip, since the test will meet it
 * too.
 */
export function hasNoAdapter(): boolean {
  const probe = [built('engine/batched/device-probe.js'), 'webgpu'];
  const answer = execFileSync(process.execPath, probe, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const missing = /no driver of a GPU answers|unsupported|not (available|supported) in this build/i.test(
    answer,
  );
  if (missing) console.log(`skipped: ${answer.trim()}; a software adapter will do (mesa-vulkan-drivers)`);
  return missing;
}
