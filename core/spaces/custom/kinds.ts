// Lists the kinds of blocks that a custom space is made of, and the choices that each of them uses.

/** What a stage may consist of, in the order in which choices are counted. */
export const BLOCK_KINDS = [
  'conv',
  'basic',
  'bottleneck',
  'inverted',
  'cell',
  'reduction',
  'transformer',
  'identity',
  'dense',
  'transition',
  'maxpool',
  'avgpool',
] as const;
/** A stem that offers choices is written like a stage of kind `stem`. */
export type BlockKind = (typeof BLOCK_KINDS)[number] | 'stem';

export const ACTIVATIONS = ['relu', 'relu6', 'hardswish', 'silu', 'gelu'] as const;
export type Activation = (typeof ACTIVATIONS)[number];

/** Choices that a stage may leave open, in the order in which a candidate's text has them. */
export const CHOICES = [
  'width',
  'depth',
  'kernel',
  'expansion',
  'stride',
  'heads',
  'ratio',
  'patch',
  'cell',
  'growth',
  'groups',
  'dilation',
  'squeeze',
  'activation',
  'pool',
] as const;
export type Choice = (typeof CHOICES)[number];

/** What a choice is where a kind does not use it, or a definition says nothing: layers are as if there were no such choice. */
export const NEUTRAL: Readonly<Record<Choice, number>> = {
  // As wide as what comes before.
  width: 0,
  depth: 1,
  kernel: 3,
  expansion: 1,
  stride: 1,
  heads: 1,
  ratio: 1,
  patch: 1,
  cell: 0,
  growth: 0,
  groups: 1,
  dilation: 1,
  // No squeeze-and-excitation.
  squeeze: 0,
  // The number of ReLU in ACTIVATIONS.
  activation: 0,
  pool: 1,
};

/** Choices that the programs of chains do not have, so that networks that use them are measured as graphs. */
export const GRAPH_CHOICES = ['growth', 'groups', 'dilation', 'squeeze', 'activation', 'pool'] as const;
/** Kinds of blocks for which the same holds. */
export const GRAPH_KINDS: ReadonlySet<BlockKind> = new Set(['dense', 'transition', 'maxpool', 'avgpool']);

/** The choices that each kind of block uses. */
export const USES: Readonly<Record<BlockKind, readonly Choice[]>> = {
  conv: ['width', 'depth', 'kernel', 'stride', 'groups', 'dilation', 'activation'],
  basic: ['width', 'depth', 'kernel', 'stride', 'groups', 'dilation', 'squeeze', 'activation'],
  bottleneck: [
    'width',
    'depth',
    'kernel',
    'expansion',
    'stride',
    'ratio',
    'groups',
    'dilation',
    'squeeze',
    'activation',
  ],
  inverted: ['width', 'depth', 'kernel', 'expansion', 'stride', 'dilation', 'squeeze', 'activation'],
  cell: ['width', 'depth', 'cell'],
  reduction: ['width'],
  // A patch is used only where the chain turns from maps to tokens.
  transformer: ['width', 'depth', 'heads', 'ratio', 'patch'],
  // Where the shape stays, nothing at all.
  identity: ['width', 'stride'],
  dense: ['depth', 'kernel', 'expansion', 'growth', 'activation'],
  transition: ['width', 'stride', 'activation'],
  maxpool: ['width', 'kernel', 'stride'],
  avgpool: ['width', 'kernel', 'stride'],
  stem: ['width', 'kernel', 'stride', 'activation', 'pool'],
};

/** Kinds that are as wide as what comes before them where nothing else is said. */
export const KEEPS_WIDTH: ReadonlySet<BlockKind> = new Set(['dense', 'maxpool', 'avgpool']);
