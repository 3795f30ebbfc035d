// The rooms of the sources, each importing only earlier ones: what is compiled, checked and bound by import rules.
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
