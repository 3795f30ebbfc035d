// Tests that networks whose loops PyTorch exports as loops have the scores of the same networks with their steps written
// out: scripted networks by the older exporter, and torch's scan and while_loop by the newer one.
import { execFile } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { scoreNetworks } from '../../client/networks/score-networks.js';
import { pythonWith } from '../support/optional-python.js';

/** The newer exporter needs onnxscript, which is installed together with torch and onnx. */
const PYTHON = pythonWith('onnxscript');

const PROGRAM = `
import warnings
from typing import List, Tuple
import torch
from torch import nn
from torch._higher_order_ops.scan import scan
from torch._higher_order_ops.while_loop import while_loop

warnings.filterwarnings("ignore")

class Tied(nn.Module):
    """One residual layer, applied four times, then pooled while the side is longer than 4."""
    def __init__(self):
        super().__init__()
        self.stem, self.layer, self.norm = nn.Conv2d(3, 8, 3, 2, 1), nn.Conv2d(8, 8, 3, 1, 1), nn.BatchNorm2d(8)
        self.last, self.classify = nn.Conv2d(8, 16, 3, 2, 1), nn.Linear(16, 4)

    def forward(self, x):
        x = torch.relu(self.stem(x))
        for _ in range(4):
            x = torch.relu(self.norm(self.layer(x)) + x)
        while x.size(2) > 4:
            x = torch.max_pool2d(torch.relu(self.layer(x)), 2)
        return self.classify(torch.relu(self.last(x)).mean((2, 3)))

class Cell(nn.Module):
    def __init__(self, inputs, width):
        super().__init__()
        self.of_input, self.of_state = nn.Linear(inputs, 4 * width), nn.Linear(width, 4 * width)

    def forward(self, x, state: Tuple[torch.Tensor, torch.Tensor]):
        h, c = state
        i, f, g, o = (self.of_input(x) + self.of_state(h)).chunk(4, 1)
        c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
        h = torch.sigmoid(o) * torch.tanh(c)
        return h, (h, c)

class Recurrent(nn.Module):
    """Two layers of a cell of one's own; the first collects its states in a list, the second reads a list."""
    def __init__(self, width=16):
        super().__init__()
        self.width, self.first, self.second = width, Cell(6, width), Cell(width, width)
        self.classify = nn.Linear(width, 4)

    def forward(self, x):
        zero = torch.zeros(x.size(0), self.width)
        state = (zero, zero)
        states: List[torch.Tensor] = []
        for t in range(x.size(1)):
            h, state = self.first(x[:, t], state)
            states.append(h)
        parts = torch.stack(states, 1).unbind(1)
        state = (zero, zero)
        last: List[torch.Tensor] = []
        for t in range(len(parts)):
            h, state = self.second(parts[t], state)
            last += [h]
        return self.classify(torch.stack(last).mean(0))

class Single(nn.Module):
    """One layer, whose states are stacked before the images: one map alone, so that the states are the features."""
    def __init__(self, width=16):
        super().__init__()
        self.width, self.cell, self.classify = width, Cell(6, width), nn.Linear(width, 4)

    def forward(self, x):
        zero = torch.zeros(x.size(0), self.width)
        state = (zero, zero)
        states: List[torch.Tensor] = []
        for t in range(x.size(1)):
            h, state = self.cell(x[:, t], state)
            states.append(h)
        return self.classify(torch.stack(states).mean(0))

class Scanned(nn.Module):
    """A plain recurrent layer over the time of a signal, and a layer that is applied four times."""
    def __init__(self, control_flow):
        super().__init__()
        self.control_flow = control_flow
        self.of_input, self.of_state, self.again = nn.Linear(6, 16), nn.Linear(16, 16), nn.Linear(16, 16)
        self.classify = nn.Linear(16, 4)

    def step(self, h, x):
        h = torch.tanh(self.of_input(x) + self.of_state(h))
        return h, h.clone()

    def forward(self, x):
        h = x.new_zeros(x.shape[0], 16)
        if self.control_flow:
            _, states = scan(self.step, h, x, dim=1)
        else:
            collected = []
            for t in range(x.shape[1]):
                h, copy = self.step(h, x[:, t])
                collected.append(copy)
            states = torch.stack(collected, 1)
        y = states.mean(1)
        if self.control_flow:
            _, y = while_loop(lambda i, y: i < 4, lambda i, y: (i + 1, torch.relu(self.again(y))), (torch.tensor(0), y))
        else:
            for _ in range(4):
                y = torch.relu(self.again(y))
        return self.classify(y)

def export(network, shape, path, **settings):
    torch.onnx.export(network, (torch.randn(2, *shape),), path, **settings)

older = dict(dynamo=False, opset_version=17, training=torch.onnx.TrainingMode.TRAINING, do_constant_folding=False)
for name, network, shape in (("tied", Tied(), (3, 32, 32)), ("recurrent", Recurrent(), (7, 6)), ("single", Single(), (7, 6))):
    export(torch.jit.script(network.train()), shape, f"{name}-loops.onnx", **older)
    export(network, shape, f"{name}-steps.onnx", **older)
for name, control_flow in (("loops", True), ("steps", False)):
    export(Scanned(control_flow), (7, 6), f"scanned-{name}.onnx", dynamo=True, optimize=False, external_data=False)
`;

it.skipIf(PYTHON === undefined)(
  'reads loops of both exporters as their steps',
  { timeout: 240_000 },
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'export-'));
    writeFileSync(join(folder, 'loops.py'), PROGRAM);
    await promisify(execFile)(PYTHON!, ['loops.py'], { cwd: folder });
    const load = { batch: 2, features: 'blocks', normalization: 'file' } as const;
    const scored = async (file: string) => {
      const options = { load, draws: 1, seed: 0, threads: 1 };
      const [result] = await scoreNetworks({ files: [join(folder, file)], options });
      const { features, ...rest } = result!;
      return { ...rest, features: features.length };
    };
    for (const name of ['tied', 'recurrent', 'single', 'scanned']) {
      const { proxies, parameters, macs, features } = await scored(`${name}-loops.onnx`);
      expect({ proxies, parameters, macs, features }, name).toEqual(
        (({ proxies, parameters, macs, features }) => ({ proxies, parameters, macs, features }))(
          await scored(`${name}-steps.onnx`),
        ),
      );
      expect(features).toBeGreaterThan(1);
      expect(proxies.trainability).toBeLessThan(0);
    }
  },
);
