// Fails if a file that git does not ignore holds a marker of an unresolved merge: a line that starts with seven < or seven >.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
// Without an index, git grep also works in an unpacked archive. -I leaves out binary files. It exits with 1
// where nothing is found.
const ARGUMENTS = ['grep', '--no-index', '--exclude-standard', '-nIE', '^(<{7}|>{7})'];
const { status, stdout, stderr } = spawnSync('git', ARGUMENTS, { cwd: root, encoding: 'utf8' });
if (status === 0) console.error(`unresolved merges:\n${stdout}`);
else if (status !== 1) console.error(`git grep failed: ${stderr}`);
process.exit(status === 1 ? 0 : 1);
