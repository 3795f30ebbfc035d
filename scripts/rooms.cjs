// Lists the rooms of the sources, each of which imports only earlier ones, for the build, the checks and the
// import rules.
exports.ROOMS = [
  'core',
  'engine',
  'store',
  'activities',
  'workflows',
  'workers',
  'client',
  'http',
  'cli',
  'bench',
  'reference',
];
