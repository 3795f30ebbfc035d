// Writes the page of versions that work together, from the files that pin and test them.
import { readFileSync } from 'node:fs';
import { WHEELS } from '../../dist/client/embedded/fetch.js';
import { ENGINE_VERSION } from '../../dist/core/engine-version.js';
import { page, table } from './markdown.mjs';

const read = (path) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

export function versionsPage() {
  const { version, engines } = JSON.parse(read('package.json'));
  const rows = [
    [
      'Node',
      `${engines.node}; 22 or 24 recommended, as 20 has reached the end of its life`,
      `Node ${tag('deploy/Dockerfile', 'NODE_IMAGE=node')} (image)`,
    ],
    [
      'ONNX Runtime',
      `exactly ${lockedVersionOf('onnxruntime-node')}: it is part of the engine version \`${ENGINE_VERSION}\``,
      '',
    ],
    [
      'Temporal',
      `SDK ${lockedVersionOf('@temporalio/worker')}, embedded Temporal CLI ${wheel('temporal')}`,
      `server ${tag('deploy/compose.yaml', 'temporalio/server')}, PostgreSQL ${tag('deploy/compose.yaml', 'postgres')}`,
    ],
    [
      'NATS',
      `2.11 or newer with JetStream; client ${lockedVersionOf('@nats-io/transport-node')}, embedded server ${wheel('nats-server')}`,
      `server ${tag('deploy/compose.yaml', 'nats')}, three nodes`,
    ],
    ['Python', '3 with pip, where the embedded servers are fetched', ''],
    ['PyTorch', `${requirement('torch')}, for the baseline and the tests of exports alone`, ''],
    ['onnx', `${requirement('onnx')}, for the tests of exports alone`, ''],
  ];
  return page(
    'Versions that work together',
    `The versions with which zeroscout ${version} is tested. \`npm test\`, \`npm run test:operate\` and \`npm run test:faults\` run the second column. Compose file and chart name the third column; their wiring is tested with processes of the second.`,
    [
      table(['part', 'version', 'in compose and chart'], rows),
      'Rankings are byte for byte equal where the engine version and the kind of processor are. Workers of several engine versions may run side by side: [Upgrade](../operate/upgrade.md).',
    ],
  );
}

/** Returns the version in package-lock.json. */
function lockedVersionOf(name) {
  return JSON.parse(read('package-lock.json')).packages[`node_modules/${name}`].version;
}

function wheel(name) {
  return WHEELS[name].split('==')[1];
}

function requirement(name) {
  return new RegExp(`^${name}==(.*)$`, 'm').exec(read('reference/pytorch/requirements.txt'))[1];
}

/** Returns the tag of a container image that a file names. */
function tag(file, image) {
  return new RegExp(`${image}:([\\w.]+)`).exec(read(file))[1];
}
