// Runs the first search in a new clone, examples/quickstart.yaml, and says what to do next.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const run = ['run', 'examples/quickstart.yaml', '--out', 'zeroscout-out/quickstart'];
const search = spawn(process.execPath, ['dist/cli/main.js', ...run, ...process.argv.slice(2)], {
  cwd: root,
  stdio: 'inherit',
});
// Ctrl-C also reaches the search, which handles it; this program waits for its end.
process.on('SIGINT', () => {});
process.on('SIGTERM', () => search.kill('SIGTERM'));
search.on('exit', (code, signal) => {
  if (code === 0)
    console.log(`
next:
  npx zeroscout run examples/exhaustive.yaml --out zeroscout-out/exhaustive   all 15,625 candidates
  npx zeroscout status                                                        searches and where to watch them
  npx zeroscout services down                                                 stop the servers; data stays`);
  process.exitCode = signal ? 1 : (code ?? 1);
});
