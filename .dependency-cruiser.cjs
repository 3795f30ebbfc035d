// Defines which rooms may import which (docs/understand/architecture.md). `npm run check` reads the sources,
// where type imports count, and dist/, where they are gone and only run-time imports remain.

const { ROOMS } = require('./scripts/rooms.cjs');

/** The pattern of a room's paths, in the sources and compiled. */
const room = (...names) => `^(dist/)?(${names.join('|')})/`;
const compiled = (...names) => `^dist/(${names.join('|')})/`;
const packages = (...names) => `^node_modules/(${names.join('|')})/`;

/** Files of a room may import files of these rooms only. */
function roomImports(from, ...allowed) {
  const others = ROOMS.filter((name) => name !== from && !allowed.includes(name));
  return {
    name: `room-${from}`,
    comment: `${from}/ may import ${['itself', ...allowed].join(', ')}, and no other room.`,
    severity: 'error',
    from: { path: room(from) },
    to: { path: room(...others, 'test') },
  };
}

/**
 * The rules within core/, whose folders CONTRIBUTING.md describes. A name is a folder of core/ or a file
 * there.
 */
function coreImports(from, ...allowed) {
  return {
    name: `core-${from}`,
    comment: `core/${from} may import ${['itself', ...allowed.map((name) => `core/${name}`)].join(', ')}, and nothing else of core/.`,
    severity: 'error',
    from: { path: room(`core/${from}`) },
    to: { path: room('core'), pathNot: [from, ...allowed].map((name) => `^(dist/)?core/${name}(/|\\.)`) },
  };
}

/** Only these rooms may import these packages. */
function only(name, rooms, ...names) {
  return {
    name: `only-${rooms.join('-')}-${name}`,
    comment: `Only ${rooms.map((each) => `${each}/`).join(', ')} may import ${name}.`,
    severity: 'error',
    from: { path: room(...ROOMS), pathNot: room(...rooms) },
    to: { path: packages(...names) },
  };
}

module.exports = {
  forbidden: [
    roomImports('core'),
    roomImports('engine', 'core'),
    roomImports('store', 'core'),
    roomImports('activities', 'core', 'store', 'engine'),
    roomImports('workflows', 'core', 'activities'),
    roomImports('workers', 'core', 'engine', 'store', 'activities', 'workflows'),
    roomImports('client', 'core', 'engine', 'store', 'activities', 'workflows', 'workers'),
    roomImports('http', 'core', 'client'),
    roomImports('cli', 'core', 'engine', 'store', 'activities', 'workflows', 'workers', 'client', 'http'),
    roomImports(
      'bench',
      'core',
      'engine',
      'store',
      'activities',
      'workflows',
      'workers',
      'client',
      'http',
      'reference',
    ),
    roomImports('reference', 'core', 'engine'),

    {
      name: 'room-page',
      comment: 'page/ knows the API alone: it imports itself and the types of http/answers.ts.',
      severity: 'error',
      from: { path: '^page/', pathNot: '^page/vite\\.config\\.ts$' },
      to: {
        path: '.',
        pathNot: [
          '^page/',
          '^http/answers\\.ts$',
          packages('preact', 'wouter-preact', 'echarts', 'zrender', '@dagrejs/[^/]+'),
        ],
      },
    },
    {
      name: 'nothing-imports-page',
      comment: 'page/ is built into files that http/ serves; only tests of its parts import it.',
      severity: 'error',
      from: { pathNot: '^page/|^test/page/' },
      to: { path: '^(dist/)?page/' },
    },

    coreImports('text', 'errors'),
    coreImports('wasm'),
    coreImports('random', 'errors', 'wasm'),
    coreImports('schema', 'errors', 'text'),
    // The schema of a specification is assembled from the definitions of the spaces. A specification says
    // what each proxy reads, and networks interpret it.
    coreImports('specification', 'errors', 'text', 'schema', 'spaces', 'ir/measured', 'proxies'),
    coreImports('contract', 'errors', 'text', 'schema', 'specification'),
    coreImports('ir', 'random'),
    // Codes of errors are a table without imports.
    coreImports('onnx', 'error-codes'),
    coreImports('ops', 'error-codes', 'ir', 'onnx'),
    coreImports('lowering', 'ir', 'ops', 'onnx'),
    coreImports('graph', 'errors', 'text', 'ir', 'onnx', 'ops'),
    coreImports('drawing', 'text', 'ir', 'graph'),
    coreImports('charts', 'text'),
    coreImports('report-page', 'text', 'charts', 'report', 'comparison', 'ranking'),
    coreImports(
      'spaces',
      'errors',
      'drawing',
      'text',
      'schema',
      // Only the names of the proxies, and nothing else of a specification.
      'specification/families',
      'candidate-error',
      'random',
      'ir',
      'ops',
      'onnx',
      'graph',
      'lowering',
    ),
    coreImports('proxies', 'wasm'),
    coreImports('ranking', 'errors'),
    coreImports(
      'calibration',
      'errors',
      'text',
      'schema',
      'random',
      'ranking',
      'specification/families',
      'specification/fidelity',
    ),
    coreImports('comparison', 'random', 'text', 'ranking', 'specification/families'),
    coreImports('report', 'errors', 'candidate-error', 'text', 'schema', 'specification', 'ranking'),
    coreImports('export', 'errors', 'ir', 'ops', 'onnx', 'graph', 'lowering'),
    coreImports('evolution', 'specification', 'contract', 'random', 'spaces', 'ranking'),

    {
      name: 'core-is-pure',
      comment:
        'core/ knows no clock, network, file, process or native code: of Node it imports node:crypto (digests), of packages those listed here.',
      severity: 'error',
      from: { path: room('core') },
      to: {
        path: '.',
        pathNot: [
          room(...ROOMS, 'test'),
          packages('zod', 'yaml', 'csv-parse', 'fastest-levenshtein', 'protobufjs', 'ml-matrix'),
          '^(node:)?crypto$',
        ],
      },
    },
    {
      name: 'activities-see-the-engine-through-types',
      comment:
        'activities/ get the engine injected: of engine/ they import the types of engine/protocol.ts, nothing at run time.',
      severity: 'error',
      from: { path: room('activities') },
      to: { path: room('engine'), pathNot: '^engine/protocol\\.ts$' },
    },
    {
      name: 'workflows-know-activities-by-type',
      comment:
        'A workflow calls an activity by name through Temporal; importing one would bring its work into the sandbox.',
      severity: 'error',
      from: { path: compiled('workflows') },
      to: { path: compiled('activities') },
    },
    {
      name: 'workflows-import-the-contract',
      comment:
        'Of core/, workflows/ import core/contract and the types and rules of core/specification alone.',
      severity: 'error',
      from: { path: room('workflows') },
      to: { path: room('core'), pathNot: room('core/contract', 'core/specification', 'core/text') },
    },
    {
      name: 'workflows-stay-deterministic',
      comment:
        'Through however many files: at run time a workflow reaches no module of Node and no package but @temporalio/workflow and common.',
      severity: 'error',
      // No workflow imports the interceptors for tracing, and OpenTelemetry made them for the sandbox.
      from: { path: compiled('workflows'), pathNot: '^dist/workflows/traced\\.js$' },
      to: {
        reachable: true,
        path: '.',
        pathNot: [
          compiled('workflows', 'core/contract', 'core/specification', 'core/text'),
          packages('@temporalio/workflow', '@temporalio/common'),
        ],
      },
    },

    {
      name: 'only-tests-of-the-commands-import-cli',
      comment: 'cli/ only renders: everything else, other tests included, uses client/.',
      severity: 'error',
      from: {
        path: '.',
        pathNot: [
          '^(dist/)?cli/',
          '^test/cli/',
          '^scripts/reference/',
          '^test/(docs|reference)\\.test\\.ts$',
        ],
      },
      to: { path: '^(dist/)?cli/' },
    },

    only('onnxruntime-node', ['engine'], 'onnxruntime-[^/]+'),
    {
      name: 'one-file-loads-onnx-runtime',
      comment:
        'engine/onnx-runtime.ts turns telemetry off before the library loads; nobody else may load it.',
      severity: 'error',
      from: { path: '.', pathNot: '^(dist/)?engine/onnx-runtime\\.(ts|js)$|^node_modules/' },
      to: { path: packages('onnxruntime-[^/]+') },
    },
    only('NATS', ['store'], '@nats-io/[^/]+', 'nats'),
    only('@temporalio/workflow', ['workflows'], '@temporalio/workflow'),
    only('@temporalio/worker', ['workers', 'bench'], '@temporalio/worker'),
    only('@temporalio/activity', ['activities'], '@temporalio/activity'),
    only('@temporalio/client', ['workers', 'client', 'bench'], '@temporalio/client'),
    only('prom-client', ['workers', 'http'], 'prom-client'),
    only('OpenTelemetry', ['workers', 'workflows'], '@opentelemetry/[^/]+', '@temporalio/interceptors-[^/]+'),

    {
      name: 'no-circular-imports',
      comment: 'Two files that need each other are one file, or three. Imports of types count.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'imports-exist',
      comment: 'An import that cannot be found escapes every other rule.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'packages-are-declared',
      comment: 'What runs is listed under dependencies in package.json.',
      severity: 'error',
      from: { path: room(...ROOMS) },
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown', 'npm-dev'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: {
      path: [
        '^dist/.*\\.d\\.ts$',
        '^dist/page/',
        // The parser knows no JSX; test/page/imports.test.ts reads these files.
        '^page/.*\\.tsx$',
        '^dist/workflow-bundle(-encrypted)?(-traced)?\\.js$',
        '^reference/pytorch/',
      ],
    },
    // TypeScript 7 has no parser that JavaScript can call; swc has one, and Temporal's bundler depends on swc
    // already.
    parser: 'swc',
    tsPreCompilationDeps: true,
    moduleSystems: ['es6', 'cjs'],
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
      extensions: ['.ts', '.js', '.mjs', '.cjs', '.json'],
    },
  },
};
