"""Trains the built-in models of digits anew, each by its shipped graph: ``make models``.

What was trained before in this home is found again, and a training that was interrupted goes on.
"""

from __future__ import annotations

import io
import sys
import zipfile
from pathlib import Path

from engine.executors.headless import Headless
from engine.graph.document import Graph

MODELS = Path(__file__).parent
GRAPHS = MODELS.parents[1] / "graphs"
CONDITIONAL = {"numbers": 8, "classes": 10, "beta": 4}
TRAININGS = (
    ("train_digits_gan", {}, {"generator": "digits_gan", "discriminator": "digits_gan"}),
    ("train_digits_autoencoder", {}, {"model": "digits_vae/plane"}),
    ("train_digits_autoencoder", CONDITIONAL, {"model": "digits_vae/conditional"}),
    ("train_digits_diffusion", {}, {"model": "digits_ddpm"}),
    ("train_digits_flow", {}, {"model": "digits_flow"}),
)
"""Graph, values of its inputs, and where each output goes: a folder, or a file without its ending."""


def placed(output: str, place: str, content: bytes) -> None:
    """Put an output where it belongs: an archive into its folder, a network into its file."""
    if zipfile.is_zipfile(io.BytesIO(content)):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            archive.extractall(MODELS / place)
        return
    path = MODELS / place
    file = path / f"{output}.safetensors" if path.is_dir() else path.with_suffix(".safetensors")
    file.write_bytes(content)


if __name__ == "__main__":
    with Headless(base=GRAPHS) as headless:
        for name, values, places in TRAININGS:
            print(f"{name} …", flush=True)
            report = headless.run(Graph.read(GRAPHS / f"{name}.json"), values, outputs=list(places))
            if report.failures:
                sys.exit("\n".join(map(str, report.failures)))
            for output, place in places.items():
                [content] = report.outputs[output].encode({})
                placed(output, place, content)
