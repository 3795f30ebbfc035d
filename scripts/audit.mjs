// Asks the registry for known vulnerabilities of the installed run-time packages (npm audit). Exits with code
// 1 if one is high or critical; a registry that does not answer is reported in a line and is no failure.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const FATAL = ['high', 'critical'];
const LONGEST_MS = 60_000;

const npm = process.env.npm_execpath;
const [command, ...prefix] = npm ? [process.execPath, npm] : ['npm'];
const args = [...prefix, 'audit', '--omit=dev', '--json', '--fetch-retries=0', '--fetch-timeout=20000'];
const { stdout, error } = spawnSync(command, args, { cwd: root, encoding: 'utf8', timeout: LONGEST_MS });
const report = read(stdout ?? '');

if (!report.metadata?.vulnerabilities) {
  const why = error?.message ?? report.message ?? report.error?.summary ?? 'npm audit gave no report';
  console.log(`dependencies not audited: the registry does not answer (${why.split(' - ')[0]})`);
} else {
  const found = Object.values(report.vulnerabilities ?? {});
  for (const { name, severity, range, via, fixAvailable } of found) {
    const titles = via.map((one) => (typeof one === 'string' ? `through ${one}` : `${one.title} ${one.url}`));
    const wayOut = fixAvailable ? 'npm audit fix' : 'no fix yet';
    console.log(`${severity}: ${name} ${range}: ${titles.join('; ')} (${wayOut})`);
  }
  const fatal = found.filter(({ severity }) => FATAL.includes(severity)).length;
  const { total } = report.metadata.dependencies ?? {};
  console.log(
    `dependencies audited${total ? `, ${total} packages` : ''}: ${found.length} known holes, ${fatal} of them high or critical`,
  );
  process.exitCode = fatal > 0 ? 1 : 0;
}

function read(text) {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}
