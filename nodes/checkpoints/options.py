"""What makes a model smaller or faster at the price of other numbers.

Each is a record in the model's handle, and so part of every key that depends on the model; it is put on once,
when the module is built, before patches. What is exact is no option but a setting: ``engine.run.offload``.
"""

from __future__ import annotations

from dataclasses import dataclass
from threading import RLock
from typing import Any, Literal, Protocol

from engine.errors import KnotworkError
from nodes.library_lock import library_lock

ALONE = "used_alone"
"""Attribute of a module that changes itself while it computes: the lock that its calls take."""
CACHES = "first_block_caches"
"""Attribute of a module with first-block caches: where diffusers keeps their state."""
CACHED = (
    "FluxTransformer2DModel",
    "WanTransformer3DModel",
    "LTXVideoTransformer3DModel",
    "CogVideoXTransformer3DModel",
)
"""Transformers that diffusers' cache fits; that of FLUX.2, whose texts and pictures merge, it fails on."""
BLOCKS = ("transformer_blocks", "single_transformer_blocks", "blocks")
"""Where these transformers have their blocks."""
SHAPES = 64
"""Shapes that one model is compiled for; beyond them it would compute without saying so."""

Kernel = Literal["native", "plain", "torch flash", "torch cudnn", "flash-attn", "sage"]
KERNELS: dict[str, str] = {
    "torch flash": "_native_flash",
    "torch cudnn": "_native_cudnn",
    "flash-attn": "flash",
    "sage": "sage",
}
"""Kernel → diffusers' name of it."""


class OptionRefused(KnotworkError):
    """A model, or this machine, can't have an option."""

    def __init__(self, option: str, expected: str, got: str, cure: str) -> None:
        super().__init__(f"{option}: expected {expected}, got {got}. {cure}")


class Option(Protocol):
    """Something that is put on a module when it is built."""

    def put_on(self, model: Any) -> None:
        """Change the module.

        Raises:
            OptionRefused: The module, or this machine, can't have it.
        """
        ...


@dataclass(frozen=True, slots=True)
class Storage:
    """Weights of linear and convolutional layers kept in 8 bits, and widened while their layer computes.

    Attributes:
        dtype: ``float8_e4m3fn`` or ``float8_e5m2``.
    """

    dtype: str

    def put_on(self, model: Any) -> None:
        """See ``Option``; norms and embeddings of places stay as they are, as diffusers' classes say."""
        import torch

        if getattr(model, "is_quantized", False) or not hasattr(model, "enable_layerwise_casting"):
            cure = "Keep its weights as they are loaded."
            raise OptionRefused("storage", "plain weights of one of diffusers' models", _class(model), cure)
        model.enable_layerwise_casting(getattr(torch, self.dtype), model.dtype)
        _use_alone(model)


@dataclass(frozen=True, slots=True)
class Attention:
    """Another kernel for attention.

    Attributes:
        kernel: ``plain``, or one of ``KERNELS``.
    """

    kernel: Kernel

    def put_on(self, model: Any) -> None:
        """See ``Option``. Diffusers' own way would change every model of the process, so it isn't taken."""
        (_plain_attention if self.kernel == "plain" else self._choose)(model)

    def _choose(self, model: Any) -> None:
        processors = [one for one in _processors(model) if hasattr(one, "_attention_backend")]
        if not processors:
            cure = "Choose native, or plain for U-Nets."
            raise OptionRefused("attention", "a transformer whose kernel can be chosen", _class(model), cure)
        self._check()
        with library_lock:
            from diffusers.models.attention_dispatch import AttentionBackendName

        for processor in processors:
            processor._attention_backend = AttentionBackendName(KERNELS[self.kernel])

    def _check(self) -> None:
        """Torch's kernels are chosen for all of the process; only a GPU computes one node at a time."""
        import torch

        with library_lock:
            from diffusers.models import attention_dispatch as dispatch

        if self.kernel.startswith("torch ") and not torch.cuda.is_available():
            raise OptionRefused("attention", "a CUDA device for this kernel", "none", "Choose native.")
        try:
            dispatch._check_attention_backend_requirements(
                dispatch.AttentionBackendName(KERNELS[self.kernel])
            )
        except RuntimeError as error:
            expected = f"an installed {self.kernel}"
            raise OptionRefused("attention", expected, str(error).rstrip("."), "Choose native.") from error


@dataclass(frozen=True, slots=True)
class FirstBlockCache:
    """The blocks behind the first are left out in turns in which the first changes little.

    What it compares with is a value that the loop carries: see ``nodes.diffusion.block_memory``.

    Attributes:
        threshold: Relative change below which they are left out.
    """

    threshold: float

    def put_on(self, model: Any) -> None:
        """See ``Option``."""
        with library_lock:
            from diffusers.hooks.first_block_cache import _FBC_LEADER_BLOCK_HOOK, FirstBlockCacheConfig

        caches: list[Any] = []
        for one in experts(model):
            _check_cached(one)
            one.enable_cache(FirstBlockCacheConfig(self.threshold))
            registries = [getattr(block, "_diffusers_hook", None) for block in one.modules()]
            hooks = [registry.get_hook(_FBC_LEADER_BLOCK_HOOK) for registry in registries if registry]
            caches += [hook.state_manager for hook in hooks if hook and hook.state_manager not in caches]
        setattr(model, CACHES, caches)
        _use_alone(model)


@dataclass(frozen=True, slots=True)
class Compiled:
    """Compiled by torch, anew for each shape, so that what a shape gives depends on no other."""

    def put_on(self, model: Any) -> None:
        """See ``Option``."""
        for one in experts(model):
            one.compile(dynamic=False, recompile_limit=SHAPES)


@dataclass(frozen=True, slots=True)
class Tiles:
    """A VAE that works on overlapping tiles, which it blends.

    Attributes:
        size: Side of a tile in pixels.
        overlap: Share of a tile's side that its neighbours cover, too.
    """

    size: int
    overlap: float

    def put_on(self, model: Any) -> None:
        """See ``Option``."""
        if hasattr(model, "tile_sample_stride_height"):
            stride = int(self.size * (1 - self.overlap))
            model.enable_tiling(self.size, self.size, stride, stride)
            return
        if not hasattr(model, "tile_overlap_factor"):
            raise OptionRefused("tile", "a VAE that can work on tiles", _class(model), "Leave it at 0.")
        factor = model.tile_sample_min_size // model.tile_latent_min_size
        model.tile_sample_min_size, model.tile_latent_min_size = self.size, self.size // factor
        model.tile_overlap_factor = self.overlap
        model.enable_tiling()


@dataclass(frozen=True, slots=True)
class OneByOne:
    """A VAE that works on one picture of a batch after the other."""

    def put_on(self, model: Any) -> None:
        """See ``Option``."""
        if not hasattr(model, "use_slicing"):
            cure = "Switch it off."
            raise OptionRefused("one_by_one", "a VAE that can take pictures one by one", _class(model), cure)
        model.enable_slicing()


def experts(model: Any) -> list[Any]:
    """The denoisers in a module: itself, and the one for low noise where it has two."""
    low_noise = getattr(model, "low_noise", None)
    return [model] if low_noise is None else [model, low_noise]


def _check_cached(model: Any) -> None:
    if type(model).__name__ not in CACHED:
        expected = f"one of {', '.join(CACHED)}"
        raise OptionRefused("cache", expected, _class(model), "Leave the cache at 0.")
    lists = [model.get_submodule(name) for name in BLOCKS if hasattr(model, name)]
    if sum(map(len, lists)) < 2:
        raise OptionRefused("cache", "at least two blocks", "one", "Leave the cache at 0.")


def _use_alone(model: Any) -> None:
    """Let one thread after the other call a model."""
    if hasattr(model, ALONE):
        return
    lock = RLock()
    setattr(model, ALONE, lock)

    def begin(*_: Any) -> None:
        lock.acquire()

    def end(*_: Any) -> None:
        lock.release()

    for one in experts(model):
        one.register_forward_pre_hook(begin)
        one.register_forward_hook(end, always_call=True)


def _processors(model: Any) -> list[Any]:
    return [part.processor for part in model.modules() if getattr(part, "processor", None) is not None]


def _plain_attention(model: Any) -> None:
    """Attention as matrix products with the softmax between them."""
    with library_lock:
        from diffusers.models.attention_processor import AttnProcessor, AttnProcessor2_0

    processors = getattr(model, "attn_processors", {}).values()
    if not processors or not all(isinstance(one, AttnProcessor2_0) for one in processors):
        raise OptionRefused("attention", "a U-Net for plain", _class(model), "Choose another kernel.")
    model.set_attn_processor(AttnProcessor())


def _class(model: Any) -> str:
    kind = type(model).__name__
    return f"a quantised {kind}" if getattr(model, "is_quantized", False) else f"a {kind}"
