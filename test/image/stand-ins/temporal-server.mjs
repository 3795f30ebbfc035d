// Stands for the image of Temporal's server: runs the development server with the dynamic configuration that the
// compose file gives the real one.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';

const { DYNAMIC_CONFIG_FILE_PATH: file, BIND_ON_IP: ip } = process.env;
const settings = [...readFileSync(file, 'utf8').matchAll(/^(\S+):\n +- value: (.*)$/gm)].flatMap(
  ([, name, value]) => [
    '--dynamic-config-value',
    `${name}=${/^(\d+|true|false)$/.test(value) ? value : JSON.stringify(value)}`,
  ],
);
const server = ['server', 'start-dev', '--headless', '--ip', ip, '--port', '7233', '--log-level', 'error'];
const child = spawn('temporal', [...server, '--db-filename', '/tmp/temporal.db', ...settings], {
  stdio: 'inherit',
});
for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => child.kill(signal));
child.on('exit', (code) => process.exit(code ?? 1));
