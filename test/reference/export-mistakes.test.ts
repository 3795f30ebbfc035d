// Tests what python/zeroscout_export.py says of families that people write by mistake, and of networks whose forward has more arguments.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { pythonWith } from '../support/optional-python.js';
import { ROOT } from '../support/zeroscout.js';

const PYTHON = pythonWith('onnxscript');

const FAMILIES = `
import torch
from torch import nn

class Net(nn.Conv2d):
    def __init__(self):
        super().__init__(3, 4, 3)

class Scaled(Net):
    """With the arguments in the wrong places, its result is another one."""
    def forward(self, x, mask=None, scale=2.0, *, shift=1.0):
        return super().forward(x) * scale + shift if mask is None else x

class Split(Net):
    """Its channels in parts, given by their ends and by their number."""
    def forward(self, x):
        first, rest = torch.tensor_split(super().forward(x), indices=(1,), dim=-3)
        return torch.cat([first * 2, *reversed(rest.tensor_split(2, 1))], 1)

class Turned(Net):
    """Its axes in another order and back, some counted from the back."""
    def forward(self, x):
        x = torch.movedim(super().forward(x).permute(0, 2, 3, 1), -1, 1)
        x = x.movedim((1, 2), (-1, -2)).moveaxis(source=-1, destination=-3)
        return torch.permute(x.permute(0, 2, 3, 1), dims=(-4, -1, -2, -3)).mT.permute((0, -1, -2, -3))

class Fails(Net):
    def forward(self, x):
        raise ValueError("no such size")

def nothing(): pass
def uncalled(): return Net
def triple(): return [("a", Net(), 3)]
def pair(): return ("one", Net())
def two(): return (Net(), Net())
def mapping(): return {"a": Net(), "b": Net()}
def lazy(): return nn.Sequential(nn.LazyConv2d(4, 3), nn.AdaptiveAvgPool2d(1))
def wrapped(): return {"half": Net().half(), "double": Net().double(), "parallel": nn.DataParallel(Net()), "compiled": torch.compile(Net()), "lazy": lazy()}
def scripted(): return torch.jit.script(Net())
def again(): return {"a": Fails()}
`;

/** Runs the command once for each list of arguments, in one process, which imports torch once. */
const DRIVER = `
import contextlib, io, json, sys
import onnx, torch, zeroscout_export
from onnx.reference import ReferenceEvaluator
found = []
for arguments in json.loads(sys.argv[1]):
    out, err, code = io.StringIO(), io.StringIO(), 0
    sys.argv = ["zeroscout_export", *arguments, "--out", "out"]
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            zeroscout_export.main()
        except SystemExit as end:
            code = end.code
    found.append({"out": out.getvalue(), "err": err.getvalue(), "end": code})
chained = RuntimeError("try the other exporter")
chained.__cause__ = TypeError("missing a required argument: 'mask'")
import families
images, exported = torch.randn(2, 3, 8, 8), {}
for network in families.Scaled(), families.Split(), families.Turned():
    zeroscout_export.export(network, "exported.onnx", size=8)
    model = onnx.load("exported.onnx")
    gap = abs(ReferenceEvaluator(model).run(None, {"images": images.numpy()})[0] - network(images).detach().numpy()).max()
    operators = [node.op_type for node in model.graph.node]
    exported[type(network).__name__] = {"inputs": [each.name for each in model.graph.input], "gap": float(gap), "operators": operators}
print(json.dumps({"found": found, "exported": exported, "reason": zeroscout_export.reason_of(chained)}))
`;

const CASES: readonly (readonly [what: string, args: readonly string[], end: unknown])[] = [
  [
    'a function that returns nothing',
    ['families:nothing'],
    'families:nothing: returned nothing; must be torch.nn.Module',
  ],
  ['a class', ['families:uncalled'], 'returned the class Net, which was not called; must be'],
  [
    'a tuple of three',
    ['families:triple'],
    'families:triple: made a tuple; must be torch.nn.Module, or a pair',
  ],
  ['no name of a module', [':family'], ':family: must be module:function'],
  [
    'a path',
    ['folder/families.py:pair'],
    'found the path of a file; must be the name of a module: families:pair',
  ],
  [
    'a module that fails',
    ['broken:family'],
    /^broken:family: AttributeError: .*Conv9d'.* \(.*broken\.py, line 2\)$/,
  ],
  ['a side of 0', ['families:pair', '--size', '0'], 2],
  ['no channels', ['families:pair', '--channels', '0'], 2],
  ['a pair', ['families:pair', '--size', '8'], 0],
  ['two networks', ['families:two', '--size', '8'], 0],
  ['networks by name', ['families:mapping', '--size', '8'], 0],
  ['wrapped networks, of other types, and lazy ones', ['families:wrapped', '--size', '8'], 0],
  ['a TorchScript module', ['families:scripted', '--size', '8'], '1 of the networks'],
  ['a network that fails after an earlier export', ['families:again', '--size', '8'], '1 of the networks'],
];

interface Found {
  readonly found: readonly { readonly out: string; readonly err: string; readonly end: unknown }[];
  /** By the name of its class. */
  readonly exported: Readonly<
    Record<
      'Scaled' | 'Split' | 'Turned',
      { readonly inputs: readonly string[]; readonly gap: number; readonly operators: readonly string[] }
    >
  >;
  readonly reason: string;
}

describe.skipIf(PYTHON === undefined)('zeroscout_export', () => {
  let result: Found;
  beforeAll(() => {
    const folder = mkdtempSync(join(tmpdir(), 'export-'));
    mkdirSync(join(folder, 'out'));
    writeFileSync(join(folder, 'families.py'), FAMILIES);
    writeFileSync(join(folder, 'broken.py'), 'from torch import nn\nnn.Conv9d\n');
    const env = { ...process.env, PYTHONPATH: join(ROOT, 'python') };
    const args = ['-c', DRIVER, JSON.stringify(CASES.map(([, given]) => given))];
    result = JSON.parse(
      execFileSync(PYTHON!, args, { cwd: folder, env, stdio: ['ignore', 'pipe', 'ignore'] }).toString(),
    );
  }, 120_000);

  const of = (what: string) => result.found[CASES.findIndex(([name]) => name === what)]!;

  it.each(CASES)('%s ends as it should', (what, _, end) => {
    const found = of(what).end;
    if (typeof end === 'string') expect(found).toContain(end);
    else if (end instanceof RegExp) expect(found).toMatch(end);
    else expect(found).toBe(end);
  });

  it('names files after the pair, the number or the key', () => {
    const files = ['a pair', 'two networks', 'networks by name'].map((what) =>
      of(what).out.trim().split('\n'),
    );
    expect(files).toEqual(
      [['one'], ['two-0', 'two-1'], ['a', 'b']].map((names) =>
        names.map((name) => join('out', `${name}.onnx`)),
      ),
    );
  });

  it('says that a file is that of an earlier export, and what PyTorch found', () => {
    expect(of('a network that fails after an earlier export').err).toContain(
      `a was not exported: ValueError: no such size; ${join('out', 'a.onnx')} is from an earlier export`,
    );
    expect(result.reason).toBe("TypeError: missing a required argument: 'mask'");
  });

  it('says what to export in place of a TorchScript module', () => {
    expect(of('a TorchScript module').err).toContain('must be the torch.nn.Module that was given to these');
  });

  it('leaves further arguments of forward at their defaults', () => {
    const { inputs, gap } = result.exported.Scaled;
    expect(inputs).toEqual(['images']);
    expect(gap).toBeLessThan(1e-5);
  });

  it('writes parts of a tensor without a loop', () => {
    const { operators, gap } = result.exported.Split;
    expect(operators).toContain('Slice');
    expect(operators).not.toContain('Loop');
    expect(gap).toBeLessThan(1e-5);
  });

  it('writes axes that are counted from the back as what they are', () => {
    const { operators, gap } = result.exported.Turned;
    expect(operators).toContain('Transpose');
    expect(gap).toBeLessThan(1e-5);
  });
});
