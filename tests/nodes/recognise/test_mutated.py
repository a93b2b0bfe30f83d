"""Whatever bytes a file has, it is recognised or refused with a reason, and what is told can be shown."""

import json
import random
from pathlib import Path

import pytest
import torch

from nodes.checkpoints.refusal import CheckpointRefused
from nodes.recognise.recognise import recognise
from tests.nodes.recognise import companions, layouts, writing

SHAPES = {
    name: tuple(min(size, 2) for size in shape)
    for name, shape in layouts.SINGLE_FILES["stable diffusion 1.5"][0].items()
}
TURNS = 150


def made(path: Path) -> bytes:
    """A small whole file of each format."""
    if path.suffix == ".safetensors":
        metadata = {"modelspec.title": "a title", "ss_tag_frequency": json.dumps({"a": {"b": 3}})}
        writing.safetensors(path, SHAPES, metadata=metadata)
    elif path.suffix == ".gguf":
        shapes = {"double_blocks.0.img_attn.qkv.weight": (4, 256), "b": (8,)}
        writing.gguf(path, shapes, "Q4_K", "flux", general__name="a name")
    else:
        content = {
            "state_dict": {name: torch.zeros(shape) for name, shape in SHAPES.items()},
            "more": [1.5, None],
        }
        torch.save(content, path, _use_new_zipfile_serialization=path.suffix == ".ckpt")
    return path.read_bytes()


def mutated(data: bytes, chance: random.Random) -> bytes:
    """Some bytes changed, lost or added; most of them in the header."""
    changed = bytearray(data)
    for _ in range(chance.choice([1, 1, 2, 5])):
        at = chance.randrange(min(len(changed), 8000))
        match chance.randrange(4):
            case 0:
                changed[at] = chance.randrange(256)
            case 1:
                del changed[at : at + chance.randrange(1, 20)]
            case 2:
                changed[at:at] = chance.randbytes(chance.randrange(1, 9))
            case _:
                changed[at : at + 8] = chance.choice([b"\xff", b"\0", b"\x7f"]) * 8
    return bytes(changed)


@pytest.mark.parametrize("suffix", [".safetensors", ".gguf", ".ckpt", ".pth"])
def test_mutated_files_are_told_or_refused(suffix: str, tmp_path: Path) -> None:
    path, chance = tmp_path / f"file{suffix}", random.Random(5)
    data, ends, refusals = made(path), set[str](), list[str]()
    for _ in range(TURNS):
        path.write_bytes(mutated(data, chance))
        try:
            ends.add(recognise(path).format)
        except CheckpointRefused as error:
            refusals.append(str(error))

    assert ends == {suffix[1:]}
    assert refusals
    assert all(text.isprintable() for text in refusals)


def test_texts_that_steer_terminals_or_cannot_be_sent_are_changed(tmp_path: Path) -> None:
    metadata = {
        "modelspec.title": "a\x1b[31mtitle\ud800",
        "modelspec.author": "b" * 5000,
        "ss_tag_frequency": json.dumps({"all": {"c\x07\udfff": 3}}),
        "\x1b]0;key": "\x9b",
    }
    path = writing.safetensors(
        tmp_path / "a.safetensors", companions.LORAS["kohya sd1"][0], metadata=metadata
    )
    found = recognise(path)

    assert found.title == "a\N{REPLACEMENT CHARACTER}[31mtitle\N{REPLACEMENT CHARACTER}"
    assert found.author == "b" * 999 + "…"
    assert found.trigger_words == ("c\N{REPLACEMENT CHARACTER}\N{REPLACEMENT CHARACTER}",)
    assert all(name.isprintable() and value.isprintable() for name, value in found.metadata.items())
