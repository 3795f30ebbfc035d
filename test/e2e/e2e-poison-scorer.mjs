// Runs as a scorer that dies on the candidates in POISON, as a crash in native code would.
const poison = new Set((process.env.POISON ?? '').split(' '));
// Listeners are called in order, so this one runs before the scorer's.
process.on('message', ({ requests }) => {
  if (requests.some(({ candidate }) => poison.has(candidate))) process.kill(process.pid, 'SIGSEGV');
});
await import('../../dist/engine/scorer-process.js');
