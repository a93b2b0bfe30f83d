"""What ``knotwork doctor`` computes: a small graph of tensors on every device, compared with the CPU.

The nodes are a convolution with its weights in a handle and a matrix product, so that a check passes through
everything a model does: loading, residency, the device, the store.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

from engine.declare.context import Context
from engine.declare.node import node
from engine.declare.registry import Registry
from engine.declare.types import OnDevice, Seed
from engine.errors import KnotworkError
from engine.executors.headless import Headless
from engine.graph.document import Graph, Instance
from engine.run.report import Report
from engine.run.residency import Pool, size_of
from engine.settings import Settings

if TYPE_CHECKING:
    import torch

    from engine.declare.handle import Find

SIZE = 512
CHANNELS = 16
EDGE = 2048
TOLERANCE = 5e-3
"""Between devices, in units of the values' standard deviation: convolutions may use TF32."""


@dataclass(frozen=True, slots=True)
class Sample:
    """A tensor under test.

    Attributes:
        values: float32 [B, C, H, W].
    """

    values: torch.Tensor


@dataclass(frozen=True, slots=True)
class Filter:
    """A handle of a convolution with random weights.

    Attributes:
        seed: Equal seeds give equal weights.
    """

    seed: int

    def load(self, find: Find) -> Any:
        """Build the module. See ``engine.declare.handle``."""
        import torch

        generator = torch.Generator().manual_seed(self.seed)
        module = torch.nn.Conv2d(CHANNELS, CHANNELS, 3, padding=1, bias=False).requires_grad_(False).eval()
        weights = torch.randn(module.weight.shape, generator=generator)
        module.weight.copy_(weights / (CHANNELS * 9) ** 0.5)
        return module


@node("doctor.noise")
def noise(seed: Seed = 0) -> Sample:
    """Draw Gaussian noise."""
    import torch

    generator = torch.Generator().manual_seed(seed)
    return Sample(torch.randn((1, CHANNELS, SIZE, SIZE), generator=generator))


@node("doctor.filter")
def filter_of(seed: Seed = 0) -> Filter:
    """Name a convolution."""
    return Filter(seed)


@node("doctor.convolve")
def convolve(filter: OnDevice[Filter], sample: Sample) -> Sample:
    """Convolve a sample; its standard deviation stays about 1."""
    return Sample(filter.model(sample.values.to(filter.device)).cpu())


@node("doctor.multiply")
def multiply(a: Sample, b: Sample, ctx: Context) -> Sample:
    """Multiply matrices; the standard deviation stays about 1."""
    return Sample((a.values.to(ctx.device) @ b.values.to(ctx.device)).cpu() / SIZE**0.5)


@dataclass(frozen=True, slots=True)
class Finding:
    """The outcome of one check.

    Attributes:
        device: Where it ran.
        check: What it was about.
        ok: Whether it is as it should be.
        seconds: How long it took.
        detail: What was found.
    """

    device: str
    check: str
    ok: bool
    seconds: float
    detail: str


GRAPH = Graph(
    nodes={
        "noise": Instance(type="doctor.noise", params={"seed": 1}),
        "filter": Instance(type="doctor.filter", params={"seed": 2}),
        "convolve": Instance(type="doctor.convolve", links={"filter": "filter.out", "sample": "noise.out"}),
        "multiply": Instance(type="doctor.multiply", links={"a": "convolve.out", "b": "noise.out"}),
    },
    outputs={"convolution": "convolve.out", "product": "multiply.out"},
)
"""What every device computes."""


def examine(settings: Settings, devices: Iterable[str]) -> list[Finding]:
    """Run every check on every device; a check that raises is a finding, too.

    Args:
        settings: Budgets and threads; the store under test is a temporary one.
        devices: As torch names them.
    """
    return [finding for device in devices for finding in _Checks(settings, device).run()]


class _Checks:
    """The checks of one device."""

    def __init__(self, settings: Settings, device: str) -> None:
        self._settings, self._device = replace(settings, device=device), device

    def run(self) -> Iterable[Finding]:
        checks: dict[str, Callable[[], tuple[bool, str]]] = {
            "first run": self._first,
            "same numbers as the CPU": self._agreement,
            "same bytes twice": self._twice,
            "results come back from disk": self._stored,
            "models leave when room is needed": self._residency,
            "speed": self._speed,
        }
        for name, check in checks.items():
            start = perf_counter()
            try:
                ok, detail = check()
            except Exception as error:  # drivers raise whatever they like; the next check may still tell more
                ok, detail = False, f"{type(error).__name__}: {error}"
            yield Finding(self._device, name, ok, perf_counter() - start, detail)

    def _compute(self, home: Path | None = None, device: str = "") -> Report:
        settings = replace(self._settings, device=device or self._device)
        if home is not None:
            settings = replace(settings, home=home)
        registry = Registry({})
        registry.add([noise, filter_of, convolve, multiply])
        with Headless(settings, registry=registry, cache=home is not None) as headless:
            report = headless.run(GRAPH)
        if report.failures:
            raise KnotworkError(report.failures[0].reason)
        return report

    def _first(self) -> tuple[bool, str]:
        report = self._compute()
        return report.status == "done", f"{report.counts['executed']} nodes"

    def _agreement(self) -> tuple[bool, str]:
        here, there = self._compute().outputs, self._compute(device="cpu").outputs
        far = max(float((here[name].values - there[name].values).abs().max()) for name in there)
        return far <= TOLERANCE, f"largest difference {far:.2g}, allowed {TOLERANCE:g}"

    def _twice(self) -> tuple[bool, str]:
        same = self._compute().digests == self._compute().digests
        return same, "equal" if same else "different; results on this device can't be told by their inputs"

    def _stored(self) -> tuple[bool, str]:
        with tempfile.TemporaryDirectory(prefix="knotwork-") as home:
            first, second = self._compute(Path(home)), self._compute(Path(home))
        same = first.digests == second.digests and not second.counts["executed"]
        return same, f"{second.counts['cached']} of {len(second.outputs)} read again"

    def _residency(self) -> tuple[bool, str]:
        pool = Pool(_nothing, {})
        filters = [Filter(seed) for seed in range(3)]
        with pool.acquire(filters[0], self._device) as loaded:
            pool.budgets[self._device.split(":")[0]] = size_of(loaded.model)
        for one in filters[1:]:
            with pool.acquire(one, self._device):
                pass
        here = [one for one, resident in pool.residents.items() if resident.device == self._device]
        ok = here == filters[-1:]
        return ok, f"{len(here)} of {len(filters)} on the device, {len(pool.residents)} loaded, room for 1"

    def _speed(self) -> tuple[bool, str]:
        import torch

        a = torch.randn((EDGE, EDGE), device=self._device)
        b = a @ a
        _wait(b)
        start, times = perf_counter(), 8
        for _ in range(times):
            b = a @ b / EDGE**0.5
        _wait(b)
        rate = 2 * EDGE**3 * times / (perf_counter() - start)
        return True, f"{rate / 1e9:.0f} GFLOP/s in float32 matrix products"


def _wait(tensor: torch.Tensor) -> None:
    """Devices compute behind; reading one value waits for them."""
    float(tensor[0, 0])


def _nothing(digest: str) -> Path:
    raise AssertionError(f"the checks' models lie in no file ({digest})")
