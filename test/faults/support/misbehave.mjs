// Makes workers and scorers into which it is preloaded (NODE_OPTIONS) do what the file in
// ZEROSCOUT_TEST_FAULTS says, which a test rewrites; cluster.ts lists the words of that file.
import { mkdirSync, readFileSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';

const file = process.env.ZEROSCOUT_TEST_FAULTS;
/** Far more than a scorer may use, and little enough for the machine. */
const EATEN_BYTES = 3e9;

let last = {};
function read() {
  try {
    last = JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    // the file is being written
  }
  return last;
}

const sleep = (milliseconds) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);

/**
 * `*` matches every candidate; `once:NAME` the first that any process meets; `once:NAME:CANDIDATE` that
 * candidate the first time.
 */
function concerns(list = [], requests) {
  return list.some((what) => {
    if (what === '*') return true;
    const [, name, candidate = what] = /^once:([^:]+)(?::(.+))?$/.exec(what) ?? [];
    const isMeant = requests.some((request) => request.candidate === candidate);
    if (name === undefined) return isMeant;
    if (candidate !== what && !isMeant) return false;
    try {
      mkdirSync(`${file}.${name}`);
      return true;
    } catch {
      return false;
    }
  });
}

function misbehave({ requests }) {
  const { paceMs = 0, kill, hang, eat } = read();
  sleep(paceMs);
  if (concerns(kill, requests)) process.kill(process.pid, 'SIGSEGV');
  while (concerns(hang, requests)) sleep(3_600_000);
  if (!concerns(eat, requests)) return;
  const eaten = [];
  for (let bytes = 0; bytes < EATEN_BYTES; bytes += 256e6) eaten.push(Buffer.alloc(256e6, 1));
  sleep(3_600_000);
}

/** The answer with every number replaced by NaN. */
function spoiled(message) {
  if (message?.type !== 'scored' || !read().nan) return message;
  const nan = (proxies) => Object.fromEntries(Object.keys(proxies).map((name) => [name, Number.NaN]));
  const outcomes = message.outcomes.map((outcome) =>
    outcome.result ? { result: outcome.result.map(nan) } : outcome,
  );
  return { ...message, outcomes };
}

if (isMainThread && process.argv[1]?.endsWith('engine/scorer-process.js')) {
  // Listeners are called in order, so this one runs before the scorer's.
  process.on('message', misbehave);
  const send = process.send.bind(process);
  process.send = (message, ...rest) => send(spoiled(message), ...rest);
} else if (isMainThread) {
  let shift = 0;
  setInterval(() => {
    shift = read().clockMs ?? 0;
  }, 100).unref();
  globalThis.Date = new Proxy(Date, {
    construct: (Real, args, target) =>
      Reflect.construct(Real, args.length ? args : [Real.now() + shift], target),
    get: (Real, name) => (name === 'now' ? () => Real.now() + shift : Reflect.get(Real, name)),
  });
}
