// Makes scorers that it is preloaded into (NODE_OPTIONS) wait before every message: as many milliseconds as the file in ZEROSCOUT_TEST_PACE says.
import { readFileSync } from 'node:fs';

const file = process.env.ZEROSCOUT_TEST_PACE;

if (file && /scorer[^/]*$/.test(process.argv[1] ?? ''))
  // Listeners are called in order: this one before the scorer's.
  process.on('message', () => {
    const milliseconds = Number(readFileSync(file, 'utf8'));
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
  });
