"""Reads a compact Real-ESRGAN upscaler from ncnn's files and writes it as safetensors.

The shipped upscaler was made with this, once, without loss:

    python -m nodes.models.convert_ncnn realesr-animevideov3-x4.param realesr-animevideov3-x4.safetensors

ncnn keeps a network in two files. `.param` is text: a magic number, a line of counts, then one layer a line
with its sizes as `index=value`. `.bin` holds the numbers in the order of the layers and nothing else, so it
can only be read along with the layers:

    Convolution   flag word, weights [out, in, height, width] as the flag says, biases as float32
    PReLU         slopes as float32

The flag word is 0 for float32 and 0x01306B47 for float16, which is padded to four bytes; the other flags
(8 bit, lookup tables) don't occur here. See ncnn's `ModelBinFromDataReader::load`.

The architecture, SRVGGNetCompact, is a chain `body.0 … body.n` of convolutions and PReLUs followed by a pixel
shuffle and a skip connection without weights: the layers with weights, counted, give the names.
"""

import argparse
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import save_file

MAGIC = "7767517"
FLOAT32 = 0
FLOAT16 = 0x01306B47

# Convolution's size indices in a .param line.
OUTPUTS, KERNEL, BIAS, WEIGHTS = 0, 1, 5, 6

WITHOUT_WEIGHTS = {"Input", "Split", "PixelShuffle", "Interp", "BinaryOp"}

Array = NDArray[np.float16] | NDArray[np.float32]


class ConversionError(Exception):
    """The files don't hold a compact Real-ESRGAN network."""


@dataclass(frozen=True)
class Layer:
    """One line of a `.param` file."""

    kind: str
    name: str
    sizes: dict[int, str]

    def size(self, index: int) -> int:
        """The size at an index; ncnn leaves out those that are 0."""
        return int(self.sizes.get(index, 0))


def layers(param: str) -> list[Layer]:
    """The layers that a `.param` text lists, in order."""
    magic, _, *lines = param.splitlines()
    if magic.strip() != MAGIC:
        raise ConversionError(f"expected ncnn's text format ({MAGIC} in the first line), got {magic!r}")
    return [layer(line) for line in lines if line.strip()]


def layer(line: str) -> Layer:
    """A layer out of `kind name n_inputs n_outputs inputs… outputs… index=value…`."""
    kind, name, inputs, outputs, *rest = line.split()
    sizes = (field.split("=") for field in rest[int(inputs) + int(outputs) :])
    return Layer(kind, name, {int(index): value for index, value in sizes})


def tensors(param: str, weights: BinaryIO) -> Iterator[tuple[str, Array]]:
    """The named tensors of a network, as the `RealESRGAN Compact` architecture names them."""
    body = 0
    for layer in layers(param):
        if layer.kind in WITHOUT_WEIGHTS:
            continue
        for name, array in layer_tensors(layer, weights):
            yield f"body.{body}.{name}", array
        body += 1
    if left := len(weights.read()):
        raise ConversionError(
            f"{left} bytes are left after the last layer: the two files don't belong together"
        )


def layer_tensors(layer: Layer, weights: BinaryIO) -> Iterator[tuple[str, Array]]:
    """The tensors of one layer, read from where the layer before it ended."""
    match layer.kind:
        case "Convolution":
            outputs, kernel, count = layer.size(OUTPUTS), layer.size(KERNEL), layer.size(WEIGHTS)
            inputs = count // (outputs * kernel * kernel)
            yield "weight", flagged(layer, weights, count).reshape(outputs, inputs, kernel, kernel)
            if layer.size(BIAS):
                yield "bias", plain(layer, weights, outputs)
        case "PReLU":
            yield "weight", plain(layer, weights, layer.size(OUTPUTS))
        case _:
            raise ConversionError(f"layer {layer.name!r}: expected Convolution or PReLU, got {layer.kind}")


def flagged(layer: Layer, weights: BinaryIO, count: int) -> Array:
    """Numbers whose flag word tells their type."""
    (flag,) = struct.unpack("<I", exactly(layer, weights, 4))
    if flag == FLOAT32:
        return plain(layer, weights, count)
    if flag == FLOAT16:
        padded = exactly(layer, weights, (2 * count + 3) // 4 * 4)
        return np.frombuffer(padded, "<f2", count)
    raise ConversionError(
        f"layer {layer.name!r}: expected float32 or float16 weights, got the flag {flag:#010x}"
    )


def plain(layer: Layer, weights: BinaryIO, count: int) -> NDArray[np.float32]:
    """Numbers without a flag word."""
    return np.frombuffer(exactly(layer, weights, 4 * count), "<f4")


def exactly(layer: Layer, weights: BinaryIO, size: int) -> bytes:
    """The next bytes of the file, all of them."""
    data = weights.read(size)
    if len(data) < size:
        raise ConversionError(f"layer {layer.name!r}: expected {size} more bytes, got {len(data)}")
    return data


def convert(param: Path, target: Path) -> None:
    """Write the network of `param` and the `.bin` file beside it to a safetensors file.

    Raises:
        ConversionError: The files don't belong together or hold another network.
    """
    with param.with_suffix(".bin").open("rb") as weights:
        state = dict(tensors(param.read_text(encoding="utf-8"), weights))
    save_file(state, target, metadata={"format": "pt"})


def main() -> None:
    """Convert the files that the command line names."""
    parser = argparse.ArgumentParser(prog="python -m nodes.models.convert_ncnn", description=convert.__doc__)
    parser.add_argument("param", type=Path, help="the .param file; the .bin file lies beside it")
    parser.add_argument("target", type=Path, help="the safetensors file to write")
    options = parser.parse_args()
    convert(options.param, options.target)


if __name__ == "__main__":
    main()
