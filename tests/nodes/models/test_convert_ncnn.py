import struct
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file

from nodes.models.convert_ncnn import ConversionError, convert

# One channel in and out: a 1×1 convolution with three outputs, its slopes, and one convolution back.
PARAM = """7767517
5 5
Input         data   0 1 in
Convolution   Conv_0 1 1 in 1 0=3 1=1 5=1 6=3
PReLU         PRelu_1 1 1 1 2 0=3
Convolution   Conv_2 1 1 2 3 0=1 1=1 5=1 6=3
PixelShuffle  DepthToSpace_3 1 1 3 out 0=1
"""

# Three halves are six bytes, padded to eight.
WEIGHTS = (
    struct.pack("<I3e2x3f", 0x01306B47, 1, 2, 3, 0.5, 0.25, 0.125)
    + struct.pack("<3f", 0.1, 0.2, 0.3)
    + struct.pack("<I3f1f", 0, 4, 5, 6, 7)
)


def converted(folder: Path, param: str = PARAM, weights: bytes = WEIGHTS) -> dict[str, np.ndarray]:
    (folder / "net.param").write_text(param)
    (folder / "net.bin").write_bytes(weights)
    convert(folder / "net.param", folder / "net.safetensors")
    return load_file(folder / "net.safetensors")


def test_tensors_are_named_and_shaped_as_the_architecture_has_them(tmp_path: Path) -> None:
    shapes = {name: array.shape for name, array in converted(tmp_path).items()}

    assert shapes == {
        "body.0.weight": (3, 1, 1, 1),
        "body.0.bias": (3,),
        "body.1.weight": (3,),
        "body.2.weight": (1, 3, 1, 1),
        "body.2.bias": (1,),
    }


def test_numbers_keep_their_type_and_value(tmp_path: Path) -> None:
    state = converted(tmp_path)

    assert state["body.0.weight"].dtype == np.float16
    assert state["body.0.weight"].ravel().tolist() == [1, 2, 3]
    assert state["body.0.bias"].tolist() == [0.5, 0.25, 0.125]
    assert state["body.1.weight"].tolist() == pytest.approx([0.1, 0.2, 0.3])
    assert state["body.2.weight"].dtype == np.float32
    assert state["body.2.bias"].tolist() == [7]


@pytest.mark.parametrize(
    ("param", "weights", "message"),
    [
        ("123\n1 1\n", WEIGHTS, r"expected ncnn's text format .*'123'"),
        (PARAM, WEIGHTS[:-1], r"layer 'Conv_2': expected 4 more bytes, got 3"),
        (PARAM, WEIGHTS + b"\0", r"1 bytes are left"),
        (PARAM, b"\1" + WEIGHTS[1:], r"layer 'Conv_0': .* got the flag 0x01306b01"),
        (PARAM.replace("PReLU", "Sigmoid"), WEIGHTS, r"layer 'PRelu_1': .* got Sigmoid"),
    ],
    ids=["format", "short", "long", "flag", "layer"],
)
def test_files_of_another_kind_are_refused(tmp_path: Path, param: str, weights: bytes, message: str) -> None:
    with pytest.raises(ConversionError, match=message):
        converted(tmp_path, param, weights)
