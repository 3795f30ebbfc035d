// Runs as a scorer with broken arithmetic: every trainability is wrong. Requests for other families have none.
const send = process.send.bind(process);
const spoil = (proxies) =>
  proxies.trainability === undefined
    ? proxies
    : { ...proxies, trainability: proxies.trainability * 1.1 - 0.1 };
const spoiled = (outcome) => (outcome.result ? { result: outcome.result.map(spoil) } : outcome);
process.send = (message, ...rest) =>
  send(
    message.type === 'scored' ? { ...message, outcomes: message.outcomes.map(spoiled) } : message,
    ...rest,
  );
await import('../../dist/engine/scorer-process.js');
