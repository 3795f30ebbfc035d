// Lists the kinds of blocks in custom spaces, and the choices that each of them uses.

/** The kinds of a stage, in the order in which candidates are numbered. */
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
/** A stem that offers choices is treated as a stage of kind `stem`. */
export type BlockKind = (typeof BLOCK_KINDS)[number] | 'stem';

export const ACTIVATIONS = ['relu', 'relu6', 'hardswish', 'silu', 'gelu'] as const;
export type Activation = (typeof ACTIVATIONS)[number];

/** Choices that a stage may leave open, in the order of a candidate's text. */
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

/**
 * The value of a choice that a kind does not use or that a definition leaves out. With it, layers are as if
 * the choice did not exist.
 */
export const NEUTRAL: Readonly<Record<Choice, number>> = {
  // The width of the input.
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
  // The index of ReLU in ACTIVATIONS.
  activation: 0,
  pool: 1,
};

/** Choices that programs of chains cannot express, so that networks with them are measured as graphs. */
export const GRAPH_CHOICES = ['growth', 'groups', 'dilation', 'squeeze', 'activation', 'pool'] as const;
/** Kinds of blocks that programs of chains cannot express. */
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
  // The patch matters only in the stage that turns the map into tokens.
  transformer: ['width', 'depth', 'heads', 'ratio', 'patch'],
  // An identity that keeps the shape adds no layer.
  identity: ['width', 'stride'],
  dense: ['depth', 'kernel', 'expansion', 'growth', 'activation'],
  transition: ['width', 'stride', 'activation'],
  maxpool: ['width', 'kernel', 'stride'],
  avgpool: ['width', 'kernel', 'stride'],
  stem: ['width', 'kernel', 'stride', 'activation', 'pool'],
};

/** Kinds whose default width is that of their input. */
export const KEEPS_WIDTH: ReadonlySet<BlockKind> = new Set(['dense', 'maxpool', 'avgpool']);
