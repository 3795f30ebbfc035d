// Tests that the pods of every part of the chart run on the nodes, and with the priority, that its values name.
import { beforeAll, describe, expect, test } from 'vitest';
import { fetchDeployTools, type Manifest, type Rendered, toolsExist } from '../support/deploy-tools.js';
import { secrets } from './chart-values.js';

const placeOf = (part: string) => ({
  nodeSelector: { part },
  tolerations: [{ key: part, operator: 'Exists', effect: 'NoSchedule' }],
  affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: termsOf(part) } },
  priorityClassName: `class-of-${part}`,
});
const termsOf = (part: string) => ({
  nodeSelectorTerms: [{ matchExpressions: [{ key: 'zone', operator: 'In', values: [part] }] }],
});
const podAntiAffinity = {
  requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: 'zone', labelSelector: {} }],
};
const enabled = { ui: { enabled: true, tokenSecret: 'ui-tokens' }, retention: { enabled: true } };
const VALUES = {
  silent: { secrets, ...enabled },
  placed: {
    secrets,
    control: placeOf('control'),
    pools: { cpu: placeOf('cpu'), cuda: { enabled: true, ...placeOf('cuda') } },
    temporal: { ...placeOf('temporal'), postgresql: placeOf('postgresql') },
    nats: placeOf('nats'),
    ui: { ...enabled.ui, ...placeOf('ui') },
    retention: { ...enabled.retention, ...placeOf('gc') },
  },
  apart: { secrets, nats: { affinity: { podAntiAffinity } } },
  'a kind of affinity that is none': { secrets, nats: { affinity: { nodeAffinities: {} } } },
  'a class that is none': { secrets, control: { priorityClassName: 'High!' } },
  'a label that is a number': { secrets, temporal: { nodeSelector: { disk: 1 } } },
};
type Case = keyof typeof VALUES;
/** The values that place the pods of each part of the chart. */
const PARTS = {
  control: 'control',
  'score-cpu': 'cpu',
  'score-cuda': 'cuda',
  temporal: 'temporal',
  'temporal-namespace': 'temporal',
  postgresql: 'postgresql',
  nats: 'nats',
  ui: 'ui',
  gc: 'gc',
};

describe.skipIf(!toolsExist)('placement in the chart (Helm is fetched for linux-x64)', () => {
  let rendered: Readonly<Record<Case, Rendered>>;
  beforeAll(() => {
    rendered = fetchDeployTools().render<Case>(VALUES);
  }, 300_000);
  const podsOf = (name: Case): Readonly<Record<string, Manifest>> => {
    const templates = rendered[name].manifests.flatMap(
      ({ spec = {} }) => spec.template ?? spec.jobTemplate?.spec.template ?? [],
    );
    const partOf = ({ metadata }: Manifest) => metadata.labels['app.kubernetes.io/component'];
    return Object.fromEntries(templates.map((template) => [partOf(template), template.spec]));
  };

  test('every part is placed by its own values', () => {
    expect(rendered.placed.problems).toEqual([]);
    const pods = podsOf('placed');
    expect(Object.keys(pods).sort()).toEqual(Object.keys(PARTS).sort());
    for (const [part, values] of Object.entries(PARTS))
      expect(pods[part], part).toMatchObject(placeOf(values));
  });

  test('without values, no part asks for nodes, but NATS nodes prefer different ones', () => {
    expect(rendered.silent.problems).toEqual([]);
    for (const [part, pod] of Object.entries(podsOf('silent'))) {
      for (const field of ['nodeSelector', 'tolerations', 'priorityClassName'])
        expect(pod, part).not.toHaveProperty(field);
      if (part !== 'nats') expect(pod, part).not.toHaveProperty('affinity');
    }
    const { affinity } = podsOf('silent').nats;
    expect(Object.keys(affinity.podAntiAffinity)).toEqual([
      'preferredDuringSchedulingIgnoredDuringExecution',
    ]);
    // A rule of another kind joins it, and one of the same kind takes its place.
    expect(podsOf('placed').nats.affinity.podAntiAffinity).toEqual(affinity.podAntiAffinity);
    expect(podsOf('apart').nats.affinity).toEqual({ podAntiAffinity });
  });

  test.each([
    ['a kind of affinity that is none', '/nats/affinity'],
    ['a class that is none', '/control/priorityClassName'],
    ['a label that is a number', '/temporal/nodeSelector/disk'],
  ] as const)('%s is refused by name', (name, says) => {
    expect(rendered[name].refused).toContain(says);
  });
});
