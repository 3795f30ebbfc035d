"""Writes golden cases of networks that read signals, samples, volumes, images that are not square, texts, of recurrent
layers, of Fourier transforms, of elements that are selected by what the images hold, and of maps that are sampled at positions
computed from them, in float64:
`signals_and_volumes.py test/goldens`.

Exports small networks into FOLDER/onnx, without the numbers of their weights, and computes their features and blocks
(FOLDER/onnx/signals-and-volumes.json) and the proxies of whole networks (FOLDER/proxies/signals-and-volumes.json).
Needs torch, torchvision, numpy and onnx.
"""
import json
import sys
from pathlib import Path

import torch
from torch import nn

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parents[1] / "python"))
from zeroscout_export import export  # noqa: E402
from onnx_goldens import write_goldens  # noqa: E402
from zoo import strip  # noqa: E402
from torchvision.ops import deform_conv2d  # noqa: E402

BATCH = 4
# Names of tensors, as `zeroscout inspect FILE` prints them, and the axis of their channels.
FEATURES = {
    "signal": [("/stem/stem.2/Relu_output_0", 1), ("/narrow/Add_output_0", 1), ("/wide/Relu_1_output_0", 1)],
    "samples": [("/encoder/encoder.1/Relu_output_0", 1), ("/encoder/encoder.3/Relu_output_0", 1), ("/Add_1_output_0", 2), ("/Add_2_output_0", 2)],
    "volume": [("/Add_output_0", 1), ("/Add_1_output_0", 1), ("/average/AveragePool_output_0", 1), ("/last/last.2/Relu_output_0", 1)],
    "spectrogram": [("/stem/stem.2/Relu_output_0", 1), ("/first/first.5/Relu_output_0", 1), ("/second/second.5/Relu_output_0", 1)],
    "text": [("/norms.0/LayerNormalization_output_0", 2), ("/Add_2_output_0", 2), ("/Add_3_output_0", 2), ("/Add_5_output_0", 2)],
    "fourier": [("add_73", 2), ("add_90", 2), ("add_111", 2)],
    "selection": [("/Add_output_0", 1), ("/Mul_3_output_0", 1), ("/Add_4_output_0", 1), ("/ScatterElements_1_output_0", 1)],
    "sampling": [("grid_sampler", 1), ("add_81", 1), ("add_138", 1)],
    # The exporter leaves the steps before the images.
    "recurrent": [("/first/Reshape_output_0", 2), ("/second/Reshape_output_0", 2), ("/third/Squeeze_output_0", 2)],
}


class Residual(nn.Module):
    """Two convolutions beside a projection; `project` is None for an identity."""

    def __init__(self, before: int, after: int, stride: int):
        super().__init__()
        self.a, self.na = nn.Conv1d(before, after, 5, stride, 2, bias=False), nn.BatchNorm1d(after)
        self.b, self.nb = nn.Conv1d(after, after, 5, 1, 2, bias=False), nn.BatchNorm1d(after)
        self.project = nn.Conv1d(before, after, 1, stride, bias=False) if stride > 1 else None

    def forward(self, x):
        y = self.nb(self.b(torch.relu(self.na(self.a(x)))))
        return y + x if self.project is None else torch.relu(y + self.project(x))


class Signal(nn.Module):
    """A residual network of 2 leads, such as an electrocardiogram: [batch, 2, 250]."""

    def __init__(self):
        super().__init__()
        self.stem = nn.Sequential(nn.Conv1d(2, 16, 7, 2, 3, bias=False), nn.BatchNorm1d(16), nn.ReLU())
        self.pool = nn.MaxPool1d(3, 2, 1)
        self.narrow, self.wide = Residual(16, 16, 1), Residual(16, 32, 2)
        self.head = nn.Linear(32, 5)

    def forward(self, x):
        return self.head(self.wide(self.narrow(self.pool(self.stem(x)))).mean(2))


class Samples(nn.Module):
    """A convolutional encoder before attention, of raw audio: [batch, 400]."""

    def __init__(self):
        super().__init__()
        self.encoder = nn.Sequential(nn.Conv1d(1, 16, 8, 4), nn.ReLU(), nn.Conv1d(16, 24, 4, 4), nn.ReLU())
        self.n1, self.qkv, self.out = nn.LayerNorm(24), nn.Linear(24, 72), nn.Linear(24, 24)
        self.n2, self.up, self.down = nn.LayerNorm(24), nn.Linear(24, 48), nn.Linear(48, 24)
        self.head = nn.Linear(24, 6)

    def forward(self, x):
        x = self.encoder(x.unsqueeze(1)).transpose(1, 2)
        q, k, v = self.qkv(self.n1(x)).chunk(3, 2)
        x = x + self.out((q @ k.transpose(1, 2) / 24**0.5).softmax(2) @ v)
        x = x + self.down(torch.relu(self.up(self.n2(x))))
        return self.head(x.mean(1))


def block_3d(before: int, after: int, stride):
    return nn.Sequential(nn.Conv3d(before, after, 3, stride, 1, bias=False), nn.BatchNorm3d(after), nn.ReLU())


class Volume(nn.Module):
    """A residual network of videos or volumes: [batch, 3, 6, 16, 16]; time shrinks later than height and width."""

    def __init__(self):
        super().__init__()
        self.stem, self.a = block_3d(3, 8, (1, 2, 2)), block_3d(8, 8, 1)
        self.pool = nn.MaxPool3d((1, 3, 3), (1, 2, 2), (0, 1, 1))
        self.b, self.c = block_3d(8, 16, (2, 1, 1)), block_3d(16, 16, 1)
        self.average, self.last = nn.AvgPool3d((3, 1, 1)), block_3d(16, 24, (1, 2, 2))
        self.head = nn.Linear(24, 5)

    def forward(self, x):
        x = self.stem(x)
        x = self.pool(x + self.a(x))
        x = self.b(x)
        x = x + self.c(x)
        return self.head(self.last(self.average(x)).mean((2, 3, 4)))


class Text(nn.Module):
    """A transformer of token ids [batch, 24], in which no token attends to padding."""

    def __init__(self):
        super().__init__()
        self.words, self.places = nn.Embedding(200, 32, padding_idx=0), nn.Parameter(torch.zeros(24, 32))
        self.norms = nn.ModuleList(nn.LayerNorm(32) for _ in range(5))
        self.qkv, self.out = (nn.ModuleList(nn.Linear(32, n) for _ in range(2)) for n in (96, 32))
        self.up, self.down = nn.ModuleList(nn.Linear(32, 64) for _ in range(2)), nn.ModuleList(nn.Linear(64, 32) for _ in range(2))
        self.head = nn.Linear(32, 3)

    def forward(self, ids):
        padding = (ids == 0).unsqueeze(1)
        x = self.norms[0](self.words(ids) + self.places)
        for i in range(2):
            q, k, v = self.qkv[i](x).chunk(3, 2)
            scores = (q @ k.transpose(1, 2) / 32**0.5).masked_fill(padding, -1e9)
            x = self.norms[2 * i + 1](x + self.out[i](scores.softmax(2) @ v))
            x = self.norms[2 * i + 2](x + self.down[i](torch.relu(self.up[i](x))))
        kept = (~padding).float().transpose(1, 2)
        return self.head((x * kept).sum(1) / kept.sum(1))


class Recurrent(nn.Module):
    """A convolution before recurrent layers in both directions: [batch, 3, 40]."""

    def __init__(self):
        super().__init__()
        self.stem = nn.Conv1d(3, 12, 5, 2, 2)
        self.first = nn.GRU(12, 10, batch_first=True, bidirectional=True)
        self.second = nn.LSTM(20, 8, batch_first=True, bidirectional=True)
        self.third = nn.RNN(16, 12, batch_first=True)
        self.head = nn.Linear(12, 4)

    def forward(self, x):
        x = torch.relu(self.stem(x)).transpose(1, 2)
        for layer in (self.first, self.second, self.third):
            x = layer(x)[0]
        return self.head(x.mean(1))


def separable(channels: int, stride):
    deep = nn.Conv2d(channels, channels, 3, stride, 1, groups=channels, bias=False)
    return nn.Sequential(deep, nn.BatchNorm2d(channels), nn.ReLU(), nn.Conv2d(channels, channels, 1, bias=False),
                         nn.BatchNorm2d(channels), nn.ReLU())  # fmt: skip


class Spectrogram(nn.Module):
    """Depthwise separable convolutions, as of keyword spotting: [batch, 1, 49, 10]."""

    def __init__(self):
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(1, 16, (10, 4), 2, (5, 1), bias=False), nn.BatchNorm2d(16), nn.ReLU())
        self.first, self.second = separable(16, (2, 1)), separable(16, 2)
        self.head = nn.Linear(16, 12)

    def forward(self, x):
        return self.head(self.second(self.first(self.stem(x))).mean((2, 3)))


class Fourier(nn.Module):
    """Windows of samples [batch, 256], whose spectra are mixed by further Fourier transforms, one of them with a filter."""

    def __init__(self):
        super().__init__()
        self.register_buffer("window", torch.hann_window(32))
        self.stem, self.n1, self.n2 = nn.Linear(17, 24), nn.LayerNorm(24), nn.LayerNorm(24)
        self.up, self.down = nn.Linear(24, 48), nn.Linear(48, 24)
        self.filter = nn.Parameter(torch.randn(8, 24, 2))
        self.head = nn.Linear(24, 4)

    def forward(self, x):
        spectra = torch.stft(x, 32, 16, 32, self.window, center=False, return_complex=True).transpose(1, 2)
        x = self.stem(torch.log(spectra.real**2 + spectra.imag**2 + 1e-3))
        x = x + torch.fft.fft(torch.fft.fft(self.n1(x), dim=2), dim=1).real
        filtered = torch.fft.rfft(x, dim=1) * torch.view_as_complex(self.filter)
        x = x + torch.fft.irfft(filtered, 15, dim=1)
        x = x + self.down(torch.relu(self.up(self.n2(x))))
        return self.head(x.mean(1))


class Selection(nn.Module):
    """Neighbours of each token, half of the tokens, two of four experts for each, and tokens that are added back, all chosen
    by what the images hold: [batch, 3, 24, 24]. Tokens are maps of one column [batch, 24, tokens, 1]."""

    def __init__(self):
        super().__init__()
        conv = lambda before, after: nn.Conv2d(before, after, 1, bias=False)
        self.stem, self.near, self.score, self.router = nn.Conv2d(3, 24, 3, 3), conv(48, 24), conv(24, 1), conv(24, 4)
        self.experts, self.depth, self.back = nn.ModuleList(conv(24, 24) for _ in range(4)), conv(24, 1), conv(24, 24)
        self.norms = nn.ModuleList(nn.BatchNorm2d(24) for _ in range(3))
        self.head = nn.Linear(24, 5)

    def forward(self, x):
        x = self.stem(x).flatten(2)
        near = (x.transpose(1, 2) @ x).topk(5, 2).indices.unsqueeze(1).expand(-1, 24, -1, -1)
        x = x.unsqueeze(3)
        around = torch.gather(x.transpose(2, 3).expand(-1, -1, 64, -1), 3, near).amax(3, keepdim=True)
        x = x + torch.relu(self.norms[0](self.near(torch.cat([x, around - x], 1))))
        score, kept = self.score(x).topk(32, 2)
        x = torch.gather(x, 2, kept.expand(-1, 24, -1, -1)) * torch.sigmoid(score)
        chosen, expert = self.router(self.norms[1](x)).topk(2, 1)
        share = torch.zeros(x.shape[0], 4, 32, 1).scatter(1, expert, chosen.softmax(1))
        x = x + sum(share[:, i : i + 1] * torch.relu(layer(x)) for i, layer in enumerate(self.experts))
        depth, place = self.depth(x).topk(8, 2)
        place = place.expand(-1, 24, -1, -1)
        x = x.scatter_add(2, place, torch.relu(self.back(self.norms[2](torch.gather(x, 2, place)))) * torch.sigmoid(depth))
        return self.head(x.mean((2, 3)))


class Sampling(nn.Module):
    """A spatial transformer network whose residual blocks have deformable convolutions: [batch, 3, 24, 24]."""

    def __init__(self):
        super().__init__()
        conv = lambda before, after, k=3, **rest: nn.Conv2d(before, after, k, padding=k // 2, bias=False, **rest)
        self.find, self.theta = conv(3, 6, 5, stride=3), conv(6, 6, 1)
        self.stem, self.norm = conv(3, 12, stride=2), nn.BatchNorm2d(12)
        self.offsets = nn.ModuleList([conv(12, 18), conv(12, 54)])
        # With masks, and with two groups of offsets.
        self.weights = nn.ParameterList([torch.randn(12, 12, 3, 3), torch.randn(20, 6, 3, 3)])
        self.norms, self.project = nn.ModuleList([nn.BatchNorm2d(12), nn.BatchNorm2d(20)]), conv(12, 20, 1, stride=2)
        self.head = nn.Linear(20, 5)

    def forward(self, x):
        theta = torch.tanh(self.theta(torch.relu(self.find(x)).mean((2, 3), keepdim=True))).reshape(-1, 2, 3)
        grid = nn.functional.affine_grid(theta, list(x.shape), align_corners=False)
        x = torch.relu(self.norm(self.stem(nn.functional.grid_sample(x, grid, align_corners=False))))
        y = deform_conv2d(x, self.offsets[0](x), self.weights[0], padding=1)
        x = x + torch.relu(self.norms[0](y))
        offset, mask = self.offsets[1](x)[:, :, ::2, ::2].split([36, 18], 1)
        y = deform_conv2d(x, offset, self.weights[1], stride=2, padding=2, dilation=2, mask=torch.sigmoid(mask))
        return self.head((self.project(x) + torch.relu(self.norms[1](y))).mean((2, 3)))


NETWORKS = {
    "signal": (Signal, [2, 250]), "samples": (Samples, [400]), "volume": (Volume, [3, 6, 16, 16]), "spectrogram": (Spectrogram, [1, 49, 10]),
    "text": (Text, [24, 32]), "recurrent": (Recurrent, [3, 40]),
    "fourier": (Fourier, [256]), "selection": (Selection, [3, 24, 24]), "sampling": (Sampling, [3, 24, 24]),
}  # fmt: skip


def main(folder: Path) -> None:
    cases, whole = [], []
    for name, (build, image) in NETWORKS.items():
        file = f"{name}.onnx"
        torch.manual_seed(0)
        network = build()
        # The older exporter has no Fourier transforms and no deformable convolutions.
        exporter = "dynamo" if name in ("fourier", "sampling") else "torchscript"
        export(network, folder / "onnx" / file, image=image, tokens=image[0] if name == "text" else None, exporter=exporter)
        strip(folder / "onnx" / file)
        features, axes = zip(*FEATURES[name])
        parameters = sum(p.numel() for p in network.parameters())
        cases.append({"file": file, "batch": BATCH, "input": image, "features": features, "channelAxes": axes, "parameters": parameters})
        # whole_golden.py does not follow weights that an exporter transposed, such as those of linear layers.
        if name not in ("samples", "text", "recurrent", "fourier"):
            whole.append({"file": file, "batch": BATCH, "input": image})
    proxies = write_goldens(folder, "signals-and-volumes", cases, whole)
    computed = json.loads(proxies.read_text())
    for case in computed:
        # whole.py takes values of three axes for tokens, with the channels in the last one.
        if len(case["input"]) < 3:
            del case["values"]["near"]
    proxies.write_text(json.dumps(computed, indent=2) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
