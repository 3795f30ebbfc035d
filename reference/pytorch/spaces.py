"""Lists the spaces by their names in specifications; each is a module with `build(arch, device,
resolution)`."""
import autoformer
import mbv2
import nb201

SPACES = {"nas-bench-201": nb201, "mobilenet-v2": mbv2, "autoformer": autoformer}
