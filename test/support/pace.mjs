// Makes scorers into which it is preloaded (NODE_OPTIONS) wait before every message for as many milliseconds
// as the file in ZEROSCOUT_TEST_PACE says, or, while it says `Infinity`, until it says something else.
import { readFileSync } from 'node:fs';

const file = process.env.ZEROSCOUT_TEST_PACE;

if (file && /scorer[^/]*$/.test(process.argv[1] ?? ''))
  // Listeners are called in order, so this one runs before the scorer's.
  process.on('message', () => {
    while (readPace() === Number.POSITIVE_INFINITY) sleep(20);
    sleep(readPace());
  });

function readPace() {
  return Number(readFileSync(file, 'utf8'));
}

function sleep(milliseconds) {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}
