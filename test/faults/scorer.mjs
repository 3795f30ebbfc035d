// Runs as a scorer that kills itself or hangs on candidates that the environment names.
const { ZEROSCOUT_TEST_CRASH: crash, ZEROSCOUT_TEST_HANG: hang, ZEROSCOUT_TEST_EXIT: exit } = process.env;

process.on('message', ({ requests }) => {
  const has = (candidate) => requests.some((request) => request.candidate === candidate);
  if (has(crash)) process.kill(process.pid, 'SIGKILL');
  if (has(exit)) process.exit(7);
  while (has(hang));
});
await import('../../dist/engine/scorer-process.js');
