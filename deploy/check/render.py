"""Renders the chart with Helm for each case: values as a JSON object by name of case on stdin, manifests as JSON on stdout.

An argument names another folder than that of the chart. A case's answer has `manifests`, or `refused` where Helm refuses the values; `problems` are findings of Helm's lint and of
Kubernetes' own schemas, in which unknown fields count as wrong. Needs the packages of requirements.txt.
"""
import json
import sys
from pathlib import Path

import helm_python as helm
import kubernetes_validate
import yaml

CHART = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent.parent / "chart"
# The resource definitions of KEDA and of Prometheus' operator are not part of Kubernetes.
FOREIGN = ("keda.sh/", "monitoring.coreos.com/")


def main() -> None:
    cases = json.load(sys.stdin)
    with helm.Chart.load(CHART) as chart:
        json.dump({name: answer(chart, values) for name, values in cases.items()}, sys.stdout)


def answer(chart: helm.Chart, values: dict) -> dict:
    try:
        chart.validate_schema(values)
        files = chart.render(values, name="scan", namespace="nas")
    except helm.HelmError as error:
        return {"refused": str(error), "manifests": [], "problems": []}
    texts = {name: text for name, text in files.items() if name.endswith(".yaml")}
    manifests = [m for text in texts.values() for m in yaml.safe_load_all(text) if m]
    found = [message["error"] for message in helm.lint(CHART, values, strict=True)["messages"] if message["severity"] > 1]
    return {"manifests": manifests, "problems": found + [p for m in manifests for p in problems(m)]}


def problems(manifest: dict) -> list[str]:
    if manifest["apiVersion"].startswith(FOREIGN):
        return []
    try:
        kubernetes_validate.validate(manifest, "1.37", strict=True)
    except kubernetes_validate.ValidationError as error:
        where = "/".join(map(str, error.path))
        return [f"{manifest['kind']} {manifest['metadata']['name']}: {where}: {error.message}"]
    return []


main()
