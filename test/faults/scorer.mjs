// In: the scorer's messages; candidates named in the environment. Out: the real scorer, but it kills itself or hangs on those.
const { ZEROSCOUT_TEST_CRASH: crash, ZEROSCOUT_TEST_HANG: hang, ZEROSCOUT_TEST_EXIT: exit } = process.env;

process.on('message', ({ request }) => {
  if (request.candidate === crash) process.kill(process.pid, 'SIGKILL');
  if (request.candidate === exit) process.exit(7);
  while (request.candidate === hang);
});
await import('../../dist/engine/scorer-process.js');
