// Preloaded (node --require). Out: at the process's end, a file in ZEROSCOUT_TEST_LOADED that names its packages of OpenTelemetry,
// but for the API, an empty shell, which prom-client loads.
const { writeFileSync } = require('node:fs');
const Module = require('node:module');

process.on('exit', () => {
  const names = Object.keys(Module._cache).map(
    (path) => /node_modules\/(@opentelemetry\/(?!api\/)[^/]+)/.exec(path)?.[1],
  );
  const packages = [...new Set(names)].filter(Boolean);
  writeFileSync(`${process.env.ZEROSCOUT_TEST_LOADED}/${process.pid}.json`, JSON.stringify(packages));
});
