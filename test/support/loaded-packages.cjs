// Preloaded (node --require): when the process ends it writes to ZEROSCOUT_TEST_LOADED which packages of OpenTelemetry it has loaded,
// except the API, an empty shell that prom-client loads.
const { writeFileSync } = require('node:fs');
const Module = require('node:module');

process.on('exit', () => {
  const names = Object.keys(Module._cache).map(
    (path) => /node_modules\/(@opentelemetry\/(?!api\/)[^/]+)/.exec(path)?.[1],
  );
  const packages = [...new Set(names)].filter(Boolean);
  writeFileSync(`${process.env.ZEROSCOUT_TEST_LOADED}/${process.pid}.json`, JSON.stringify(packages));
});
