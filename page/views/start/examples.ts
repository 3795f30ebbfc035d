// Lists example specifications with which a search can begin.

export const EXAMPLE = `name: first
space: nas-bench-201
strategy: { kind: random, samples: 50 }
fidelity: screen
seed: 1
`;

export interface Example {
  readonly title: string;
  readonly text: string;
}

export const EXAMPLES: readonly Example[] = [
  { title: '50 cells of NAS-Bench-201, some seconds', text: EXAMPLE },
  {
    title: 'Every cell of NAS-Bench-201, an hour',
    text: `name: every-cell
space: nas-bench-201
strategy: { kind: exhaustive }
seed: 1
`,
  },
  {
    title: 'An evolution of MobileNetV2 structures below 600 MFLOPs',
    text: `name: mobile
space: mobilenet-v2
strategy: { kind: evolution, population: 32, budget: 200 }
constraints: { flops: { max: 600M } }
fidelity: screen
seed: 1
`,
  },
  {
    title: '20 transformers of AutoFormer-tiny',
    text: `name: transformers
space: { kind: autoformer, size: tiny }
strategy: { kind: random, samples: 20 }
fidelity: screen
seed: 1
`,
  },
];
