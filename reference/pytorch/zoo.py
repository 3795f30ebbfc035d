"""Exports classification models of torchvision or timm as ONNX files, and counts their costs with fvcore.

    python zoo.py --source timm --exporter torchscript --size 96 --out FOLDER [MODEL ...]

Without MODELS it takes a list of its own: all of torchvision, or one small model of each family of timm. Models get random
weights, nothing is downloaded. Files hold structure and buffers: weights are stripped. FOLDER/models.json gets, for each file, the
size of its images, MACs and parameters counted by PyTorch and fvcore, and torchvision's published ImageNet top-1. Models that
are there already are left out, so an interrupted run goes on. Needs torch, torchvision or timm, onnx, onnxscript and fvcore.
"""
import argparse
import json
import math
import re
import sys
import time
import warnings
from pathlib import Path

import onnx
import torch
from torch import nn

sys.path.insert(0, str(Path(__file__).parents[2] / "python"))
from zeroscout_export import export  # noqa: E402

warnings.filterwarnings("ignore")

# One or two small models of each family. A number is an image size that a model requires.
TIMM = """
resnext50_32x4d res2net50_26w_4s hrnet_w18_small dla34 vgg11_bn legacy_seresnet18 repvgg_a0 ghostnet_100 efficientnet_b0
mobilenetv4_conv_small mobilenetv4_hybrid_medium convnextv2_atto nf_regnet_b1 eca_nfnet_l0 resmlp_12_224 mixer_s32_224
gmlp_ti16_224 poolformer_s12 deit_tiny_patch16_224 beit_base_patch16_224 cait_xxs24_224 xcit_nano_12_p16_224
swin_tiny_patch4_window7_224 swinv2_tiny_window8_256 coatnet_nano_rw_224 maxvit_rmlp_pico_rw_256 levit_128s
edgenext_xx_small fastvit_t8 mobilevit_xxs mobilevitv2_050 tnt_s_patch16_224 pit_ti_224 volo_d1_224 hiera_tiny_224
davit_tiny efficientvit_b0 efficientvit_m0 efficientformer_l1 efficientformerv2_s0 convmixer_768_32 crossvit_tiny_240
coat_lite_tiny mvitv2_tiny nest_tiny pvt_v2_b0 twins_svt_small visformer_tiny inception_next_atto focalnet_tiny_srf
starnet_s1 repvit_m0_9 rexnet_100 tinynet_e mnasnet_small lcnet_050 fbnetc_100 selecsls42 densenet121 cspresnet50
cspdarknet53 regnetx_002 regnety_002 resnest14d skresnet18 xception41 inception_v4 gcresnet33ts bat_resnext26ts
botnet26t_256 halonet26t lambda_resnet26t sequencer2d_s tiny_vit_5m_224 vit_tiny_patch16_224 eva02_tiny_patch14_224
gernet_s ese_vovnet19b_dw mambaout_femto rdnet_tiny hgnetv2_b0 mobileone_s0 nextvit_small swiftformer_xs shvit_s1
convit_tiny cs3darknet_s dpn48b resnetv2_50 hardcorenas_a mobilenetv3_small_050 mobilenetv5_300m vit_relpos_small_patch16_224
""".split()


def torchvision_names() -> list[str]:
    """Models with published V1 weights and less than 400 million parameters (larger ones take more than 6 GB to export), the smallest first."""
    from torchvision import models

    weights = {name: models.get_model_weights(name) for name in models.list_models(module=models)}
    size = lambda name: next(iter(weights[name])).meta["num_params"]
    return sorted((name for name in weights if size(name) < 4e8), key=size)


def build(source: str, name: str, size: int | None) -> tuple[nn.Module, int, dict]:
    """The model, its image size, and its published accuracy."""
    if source == "timm":
        return build_timm(name, size)
    from torchvision import models

    # V1 weights come from the training recipe that most models share.
    entries = {entry.name: entry for entry in models.get_model_weights(name)}
    v1 = entries.get("IMAGENET1K_V1") or next(iter(entries.values()))
    size = size or 224
    settings = {}
    if name in ("googlenet", "inception_v3"):
        settings = {"aux_logits": False, "init_weights": False}
    if name.startswith("vit_"):
        settings = {"image_size": size}
    if name == "maxvit_t":
        # Each of its maps, the smallest of which has a 32nd of the side, is divided into windows of 7 x 7 positions.
        size = size if size % 224 == 0 else 224
        settings = {"input_size": (size, size)}
    top1 = v1.meta["_metrics"]["ImageNet-1K"]["acc@1"]
    return models.get_model(name, weights=None, **settings), size, {"top1": top1, "weights": v1.name}


def build_timm(name: str, size: int | None) -> tuple[nn.Module, int, dict]:
    import timm

    # Attention is written out, so that fvcore counts its products.
    timm.layers.set_fused_attn(False)
    if size is not None:
        try:
            model = timm.create_model(name, pretrained=False, img_size=size)
            with torch.no_grad():
                model.eval()(torch.randn(2, 3, size, size))
            return model, size, {}
        except Exception:  # The model requires another size, or has no such setting.
            pass
    model = timm.create_model(name, pretrained=False)
    own = model.default_cfg["input_size"][1]
    try:
        with torch.no_grad():
            model.eval()(torch.randn(2, 3, size or own, size or own))
        return model, size or own, {}
    except Exception:
        return model, own, {}


def products(model: nn.Module, size: int) -> int:
    """Multiply-accumulates of convolutions and matrix products for one image, as fvcore counts them."""
    from fvcore.nn import FlopCountAnalysis
    from fvcore.nn.jit_handles import conv_flop_count

    # Counts convolutions with padding="same", which fvcore does not know.
    def same(inputs, outputs):
        x, w, y = (each.type().sizes() for each in (inputs[0], inputs[1], outputs[0]))
        return conv_flop_count(x, w, y)

    def attention(inputs, outputs):
        (q, k, v) = (each.type().sizes() for each in inputs[:3])
        return math.prod(q) * k[-2] + math.prod(q[:-1]) * k[-2] * v[-1]

    analysis = FlopCountAnalysis(model.eval(), torch.randn(1, 3, size, size))
    analysis.unsupported_ops_warnings(False).uncalled_modules_warnings(False).tracer_warnings("none")
    analysis.set_op_handle("aten::scaled_dot_product_attention", attention)
    analysis.set_op_handle("aten::_convolution_mode", same)
    counted = analysis.by_operator()
    return round(sum(n for op, n in counted.items() if op in ("conv", "_convolution_mode", "linear", "addmm", "matmul", "bmm", "baddbmm", "einsum", "scaled_dot_product_attention")))


def strip(path: Path) -> None:
    """Drops the values of float tensors with more than one element, except of buffers: masks and tables of positions. Also drops
    where in the program each node comes from."""
    model = onnx.load(path)
    buffers = {note.name for note in model.graph.value_info if any(p.value == "BUFFER" for p in note.metadata_props)}
    for t in model.graph.initializer:
        if t.data_type == onnx.TensorProto.FLOAT and math.prod(t.dims) > 1 and t.name not in buffers:
            t.ClearField("raw_data")
            t.ClearField("float_data")
    for node in model.graph.node:
        kept = [note for note in node.metadata_props if note.key != "pkg.torch.onnx.stack_trace"]
        del node.metadata_props[:]
        node.metadata_props.extend(kept)
    path.write_bytes(model.SerializeToString())


def main() -> None:
    parser = argparse.ArgumentParser(prog="zoo.py", description="export models of torchvision or timm, and count their costs")
    parser.add_argument("models", metavar="MODEL", nargs="*")
    parser.add_argument("--source", choices=["torchvision", "timm"], default="torchvision")
    parser.add_argument("--exporter", choices=["torchscript", "dynamo"], default="torchscript")
    parser.add_argument("--size", type=int, help="side of the images; a model's own if not given or not possible")
    parser.add_argument("--out", type=Path, default=Path("zoo"))
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    index = options.out / "models.json"
    done = json.loads(index.read_text()) if index.exists() else []
    known = {entry["file"] for entry in done}
    for name in options.models or (TIMM if options.source == "timm" else torchvision_names()):
        file = f"{options.source}-{name}-{options.exporter}.onnx"
        if file in known:
            continue
        start = time.time()
        entry = {"file": file, "model": name, "source": options.source, "exporter": options.exporter}
        try:
            torch.manual_seed(0)
            model, size, published = build(options.source, name, options.size)
            entry |= published
            parameters = sum(p.numel() for p in model.parameters() if p.requires_grad)
            entry |= {"size": size, "parameters": parameters, "macs": products(model, size)}
            export(model, options.out / file, size, 3, options.exporter)
            strip(options.out / file)
        except Exception as error:  # noqa: BLE001: every exception of an exporter is reported.
            entry["error"] = re.sub(r"\s+", " ", f"{type(error).__name__}: {error}")[:300]
        done.append(entry)
        index.write_text(json.dumps(done, indent=1))
        print(name, options.exporter, entry.get("error", "ok"), f"{time.time() - start:.0f} s", flush=True)


if __name__ == "__main__":
    main()
