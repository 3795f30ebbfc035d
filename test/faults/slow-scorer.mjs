// In: the scorer's messages. Out: results without any arithmetic, each after some milliseconds; `slow` takes a second.
process.on('message', ({ id, request }) => {
  const result = [{ complexity: request.candidate.length, pid: process.pid }];
  const residentBytes = request.candidate === 'large' ? 2e9 : 1e6;
  const wait = request.candidate.startsWith('slow') ? 1000 : 5;
  setTimeout(() => process.send({ type: 'scored', id, result, residentBytes }), wait);
});
process.on('disconnect', () => process.exit(0));
process.send({ type: 'ready' });
