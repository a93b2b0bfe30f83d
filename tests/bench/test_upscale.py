"""What enlarging takes of memory beside picture and result: that of a tile, however large the picture."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from tests.bench.measure import started

pytestmark = pytest.mark.bench
SIDE, TILE, FRAMES = 384, 128, 4
MORE = 1.25
"""How much more a picture of 9 times the pixels may take, for what the allocator keeps."""

MEASURE = """
import json, sys
import torch
from engine import OnDevice
from nodes.image.enlarge import enlarged
from nodes.values import Upscaler
from spandrel import ModelLoader
from spandrel.architectures.Compact import Compact

def peak(field):
    lines = open("/proc/self/status").read().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(field))

class Deaf:
    tick = staticmethod(lambda: None)
    progress = staticmethod(lambda done, total: None)
    preview = staticmethod(lambda value: None)

class Shell:
    descriptor = ModelLoader().load_from_state_dict(Compact(num_feat=64, num_conv=2, upscale=2).state_dict())

count, side, tile = map(int, sys.argv[1:])
model = OnDevice(Upscaler("a"), Shell())
enlarged(torch.rand(1, 64, 64, 3), model, Deaf(), 64, 32)
pictures = torch.rand(count, side, side, 3)
open("/proc/self/clear_refs", "w").write("5")
before = peak("VmRSS")
result = enlarged(pictures, model, Deaf(), tile, 32)
print(json.dumps(peak("VmHWM") - before - result.nbytes))
"""


def taken(folder: Path, count: int, side: int, tile: int) -> float:
    """Bytes at most beside input and result, in a process of its own that has enlarged a picture before."""
    words = map(str, (count, side, tile))
    paths = {"PYTHONPATH": str(Path(__file__).parents[2]), "OMP_NUM_THREADS": "1"}
    # glibc hands large blocks back at once, so that what is in use is what is counted
    _, printed = started(
        [sys.executable, "-c", MEASURE, *words], folder, MALLOC_MMAP_THRESHOLD_="65536", **paths
    )
    return json.loads(printed)


def test_memory_is_that_of_a_tile_and_not_of_the_picture(tmp_path: Path) -> None:
    small, large = (taken(tmp_path, 1, side, TILE) for side in (SIDE, 3 * SIDE))
    whole = taken(tmp_path, 1, SIDE, 8192)

    print(
        f"tiled: {small / 1e6:.0f} MB, 9 times the pixels: {large / 1e6:.0f} MB; whole: {whole / 1e6:.0f} MB"
    )
    assert large <= MORE * small
    assert small <= whole / 2


def test_memory_is_that_of_a_frame_and_not_of_the_video(tmp_path: Path) -> None:
    one, several = (taken(tmp_path, count, SIDE, TILE) for count in (1, FRAMES))

    print(f"one frame: {one / 1e6:.0f} MB, {FRAMES} frames: {several / 1e6:.0f} MB")
    assert several <= MORE * one
