// Fetches temporal and nats-server once for all tests, unless they are on PATH or in .zeroscout/bin; vitest runs it before the first test.
import { ensureBinary } from '../../client/embedded/binaries.js';
import { resolveHome } from '../../client/embedded/home.js';
import { BIN } from './home.js';

export async function setup(): Promise<void> {
  const home = resolveHome({ env: { ...process.env, ZEROSCOUT_BIN: BIN } });
  for (const name of ['temporal', 'nats-server'] as const) {
    try {
      await ensureBinary({ home, name, onStep: (text) => console.log(text) });
    } catch (error) {
      // Most tests need no server, and those that do will report it.
      console.error(error instanceof Error ? error.message : error);
    }
  }
}
