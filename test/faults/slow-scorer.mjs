// Runs as a scorer that computes nothing and answers after some milliseconds: the candidate `slow` takes a
// second, `stuck` has no answer, `poison` kills the process, `broken` makes it give up. A variable makes it
// exit before it is ready.
if (process.env.ZEROSCOUT_TEST_START === 'exit') process.exit(3);
process.on('message', ({ id, requests }) => {
  const names = requests.map(({ candidate }) => candidate);
  if (names.includes('poison')) process.kill(process.pid, 'SIGKILL');
  if (names.includes('stuck')) return;
  if (names.includes('broken')) return process.send({ type: 'broken', detail: 'no device any more' });
  const outcomes = names.map(({ length }) => ({
    result: [
      { complexity: names.includes('nan') ? Number.NaN : length, pid: process.pid, together: names.length },
    ],
  }));
  const residentBytes = names.includes('large') ? 2e9 : 1e6;
  const wait = names.some((name) => name.startsWith('slow')) ? 1000 : 5;
  setTimeout(() => process.send({ type: 'scored', id, outcomes, residentBytes }), wait);
});
process.on('disconnect', () => process.exit(0));
process.send({ type: 'ready' });
