// Writes the page of proxies from their families and from the docstrings of their functions.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { MEASURED_PROXIES } from '../../dist/core/proxies/catalogue.js';
import { FAMILIES, FAMILY_NAMES } from '../../dist/core/specification/families.js';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Descriptions of needs for users; those in core/proxies/measurement.ts are for authors of proxies. */
const NEEDS = {
  features: 'a forward pass, block by block',
  'signal-jacobian': 'a gradient of each block',
  costs: 'nothing: counted',
  network: 'the network alone',
  weights: 'weights as they are drawn',
  'weight-gradients': 'gradients of all weights',
  'second-batch': 'a second batch of random images',
  'weight-products': 'gradients of all layers’ outputs',
  'hessian-product': 'a product with the Hessian, by a second backward pass',
  'weight-curvature': 'a product with the Hessian, by a second backward pass',
  'channel-saliency': 'gradients of all layers’ outputs',
  'input-jacobian': 'gradients of the images',
  'sign-agreement': 'signs of activations',
  'sign-patterns': 'signs of activations',
  'channel-covariances': 'covariances of channels',
  'activation-products': 'products of activations',
  'perturbed-images': 'a pass with perturbed images',
  'absolute-weights': 'a pass of one image with absolute weights, without normalization',
  'absolute-products': 'a pass of one image with absolute weights, without normalization',
  'class-derivatives': 'a backward pass for each class (up to 16)',
  labels: 'classes of the images (random, unless `input.labels` gives them)',
  'whole-network-backward': 'the memory of a whole backward pass',
  'several-images': '`fidelity.batch` of at least 2',
};

export function proxiesPage() {
  // The family of own proxies has no names: they come with a specification.
  const named = FAMILY_NAMES.filter((family) => Object.keys(FAMILIES[family].proxies).length > 0);
  const parts = named.map((family) => {
    const { needs, version, devices } = FAMILIES[family];
    const names = Object.keys(FAMILIES[family].proxies).map((name) => `\`${name}\``);
    return { family, names, needs, version, where: devices ? devices.join(', ') : 'every device' };
  });
  const rows = parts.map(
    ({ family, names, needs, version, where }) =>
      `| ${names.join(', ')} | ${describeNeeds(needs)} | \`${family}\`, ${version === 'engine' ? 'the engine’s version' : `version ${version}`} | ${where} |`,
  );
  const whole = Object.keys(MEASURED_PROXIES).map((name) => `### ${name}\n\n${docstringOf(name)}\n`);
  return `# Proxies

<!-- Written by npm run docs:reference from core/specification/families.ts and core/proxies; do not edit. -->

These are the names for \`proxies\` in a specification. They exist for every space, including ONNX files, with these exceptions, which \`validate\`, \`run\` and \`createScorer\` refuse with the reason: \`progressivity\` and \`synflow\` in spaces with transformers (AutoFormer; custom spaces and ONNX files that contain one), and \`jacov\` and \`epe-nas\` where all examined networks end with batch normalization before the mean over positions. For every proxy, higher is better. [Method](../understand/method.md#proxies) explains those of AZ-NAS, \`residual\` and the costs; [Compare proxies](../guides/compare-proxies.md) helps to choose; [A proxy of your own](../guides/own-proxy.md) adds one.

| proxy | needs | family | computed on |
|---|---|---|---|
${rows.join('\n')}

## Of whole networks

Layers are convolutions and linear layers that the output depends on, without biases and without scales and shifts of normalization; one row or matrix of weights is written as its shape. Batch normalization uses the statistics of the batch. The classifier’s matrix is drawn He normal. Activation functions are ReLU, ReLU6, leaky ReLU, ELU, GELU, SiLU, Mish and hard swish. A function that a network applies to one input in several places counts in each of them, as a normalization does ([why](../decisions/0036-whole-networks.md#consequences)).

${whole.join('\n')}`;
}

/** A second batch exists of random images alone, whose classes are random too. */
function describeNeeds(needs) {
  const isRandom = needs.includes('second-batch');
  return needs.map((need) => (isRandom && need === 'labels' ? 'random classes' : NEEDS[need])).join('; ');
}

/** The comment right before the function of a proxy, as Markdown. */
function docstringOf(name) {
  const text = readFileSync(`${root}core/proxies/${name}.ts`, 'utf8');
  const comments = [...text.matchAll(/\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\nexport function/g)];
  const [, comment] = comments[0];
  return comment
    .split('\n')
    .map((line) => line.replace(/^\s*\*? ?/, '').trim())
    .join('\n')
    .split('\n\n')
    .map((paragraph) => paragraph.replaceAll('\n', ' ').trim())
    .join('\n\n')
    .replaceAll('<', '&lt;');
}
