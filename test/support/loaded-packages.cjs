// Writes to ZEROSCOUT_TEST_LOADED, at the end of a process into which it is preloaded (node --require), which
// packages were loaded: those in CommonJS, as the clients of Temporal and of NATS and those of OpenTelemetry are.
const { writeFileSync } = require('node:fs');
const Module = require('node:module');

process.on('exit', () => {
  const names = Object.keys(Module._cache).map(
    (path) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1],
  );
  const packages = [...new Set(names)].filter(Boolean);
  writeFileSync(`${process.env.ZEROSCOUT_TEST_LOADED}/${process.pid}.json`, JSON.stringify(packages));
});
