"""Tiny state dicts in the layout of pytorch-CycleGAN-and-pix2pix, and what they compute, written out by hand.

Names and shapes are listed here, and the forward passes follow the papers, so that nothing is taken from the
networks that are tested. Every number is a sine of its place.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import torch
from torch.nn.functional import (
    batch_norm,
    conv2d,
    conv_transpose2d,
    instance_norm,
    leaky_relu,
    pad,
    relu,
)

Shapes = Iterator[tuple[str, tuple[int, ...]]]
Tensors = dict[str, torch.Tensor]


def filled(shapes: Shapes, largest: float = 0.3) -> Tensors:
    """Numbers for each tensor: kernels small, so that tanh doesn't saturate, and variances positive."""
    found: Tensors = {}
    for place, (name, shape) in enumerate(shapes):
        wave = torch.sin(torch.arange(torch.Size(shape).numel()) * 0.7 + place).reshape(shape)
        if name.endswith("num_batches_tracked"):
            found[name] = torch.tensor(5)
        elif name.endswith("running_var") or (name.endswith("weight") and len(shape) == 1):
            found[name] = 1 + 0.5 * wave
        else:
            found[name] = largest * wave
    return found


def norm_shapes(name: str, channels: int, kind: str) -> Shapes:
    """A layer's tensors: ``batch``, ``instance`` (none), or ``old`` = instance with unused statistics."""
    if kind == "batch":
        yield f"{name}.weight", (channels,)
        yield f"{name}.bias", (channels,)
    if kind != "instance":
        yield f"{name}.running_mean", (channels,)
        yield f"{name}.running_var", (channels,)
        yield f"{name}.num_batches_tracked", ()


def kernel_shapes(name: str, shape: tuple[int, ...], biased: bool, outputs: int = 0) -> Shapes:
    """A kernel, with a bias of as many numbers as its first axis or as said."""
    yield f"{name}.weight", shape
    if biased:
        yield f"{name}.bias", (outputs or shape[0],)


def unet_shapes(inputs: int, outputs: int, width: int, levels: int, kind: str) -> Shapes:
    """A generator of pix2pix."""
    biased = kind != "batch"
    yield from kernel_shapes("model.model.0", (width, inputs, 4, 4), biased)
    yield from kernel_shapes("model.model.3", (2 * width, outputs, 4, 4), True, outputs)
    name, outside = "model.model.1", width
    for level in range(1, levels):
        inside = min(2 * outside, 8 * width)
        innermost = level == levels - 1
        yield from kernel_shapes(f"{name}.model.1", (inside, outside, 4, 4), biased)
        if not innermost:
            yield from norm_shapes(f"{name}.model.2", inside, kind)
        back, after = ("3", "4") if innermost else ("5", "6")
        entering = inside if innermost else 2 * inside
        yield from kernel_shapes(f"{name}.model.{back}", (entering, outside, 4, 4), biased, outside)
        yield from norm_shapes(f"{name}.model.{after}", outside, kind)
        name, outside = f"{name}.model.3", inside


def resnet_shapes(inputs: int, outputs: int, width: int, blocks: int, kind: str, second: int = 5) -> Shapes:
    """A generator of CycleGAN; the second convolution of a block has the place 6 where there is dropout."""
    biased = kind != "batch"
    downs = [(1, (width, inputs, 7, 7)), (4, (2 * width, width, 3, 3)), (7, (4 * width, 2 * width, 3, 3))]
    for place, shape in downs:
        yield from kernel_shapes(f"model.{place}", shape, biased)
        yield from norm_shapes(f"model.{place + 1}", shape[0], kind)
    for block in range(10, 10 + blocks):
        for place in (1, second):
            inner = f"model.{block}.conv_block"
            yield from kernel_shapes(f"{inner}.{place}", (4 * width, 4 * width, 3, 3), biased)
            yield from norm_shapes(f"{inner}.{place + 1}", 4 * width, kind)
    for place, entering in ((10 + blocks, 4 * width), (13 + blocks, 2 * width)):
        leaving = entering // 2
        yield from kernel_shapes(f"model.{place}", (entering, leaving, 3, 3), biased, leaving)
        yield from norm_shapes(f"model.{place + 1}", leaving, kind)
    yield from kernel_shapes(f"model.{17 + blocks}", (outputs, width, 7, 7), True)


def patch_shapes(channels: int, width: int, kind: str) -> Shapes:
    """A discriminator of patches of 70 × 70."""
    biased = kind != "batch"
    yield from kernel_shapes("model.0", (width, channels, 4, 4), True)
    for place, entering in ((2, width), (5, 2 * width), (8, 4 * width)):
        yield from kernel_shapes(f"model.{place}", (2 * entering, entering, 4, 4), biased)
        yield from norm_shapes(f"model.{place + 1}", 2 * entering, kind)
    yield from kernel_shapes("model.11", (1, 8 * width, 4, 4), True)


def normalised(t: Mapping[str, torch.Tensor], maps: torch.Tensor, name: str) -> torch.Tensor:
    if f"{name}.weight" not in t:
        return instance_norm(maps)
    mean, variance = t[f"{name}.running_mean"], t[f"{name}.running_var"]
    return batch_norm(maps, mean, variance, t[f"{name}.weight"], t[f"{name}.bias"])


def convolved(
    t: Mapping[str, torch.Tensor], maps: torch.Tensor, name: str, stride: int, padding: int
) -> torch.Tensor:
    return conv2d(maps, t[f"{name}.weight"], t.get(f"{name}.bias"), stride, padding)


def doubled(t: Mapping[str, torch.Tensor], maps: torch.Tensor, name: str, more: int = 0) -> torch.Tensor:
    return conv_transpose2d(maps, t[f"{name}.weight"], t.get(f"{name}.bias"), 2, 1, more)


def unet(t: Mapping[str, torch.Tensor], pictures: torch.Tensor) -> torch.Tensor:
    """What a generator of pix2pix makes."""

    def level(maps: torch.Tensor, name: str) -> torch.Tensor:
        inside = convolved(t, leaky_relu(maps, 0.2), f"{name}.model.1", 2, 1)
        back, after = "3", "4"
        if f"{name}.model.3.model.1.weight" in t:
            inside = level(normalised(t, inside, f"{name}.model.2"), f"{name}.model.3")
            back, after = "5", "6"
        outside = doubled(t, relu(inside), f"{name}.model.{back}")
        return torch.cat([maps, normalised(t, outside, f"{name}.model.{after}")], 1)

    maps = level(convolved(t, pictures, "model.model.0", 2, 1), "model.model.1")
    return doubled(t, relu(maps), "model.model.3").tanh()


def resnet(
    t: Mapping[str, torch.Tensor], pictures: torch.Tensor, blocks: int, second: int = 5
) -> torch.Tensor:
    """What a generator of CycleGAN makes."""

    def reflected(maps: torch.Tensor, name: str, by: int) -> torch.Tensor:
        return convolved(t, pad(maps, (by, by, by, by), mode="reflect"), name, 1, 0)

    maps = relu(normalised(t, reflected(pictures, "model.1", 3), "model.2"))
    for place in (4, 7):
        maps = relu(normalised(t, convolved(t, maps, f"model.{place}", 2, 1), f"model.{place + 1}"))
    for block in range(10, 10 + blocks):
        name = f"model.{block}.conv_block"
        inner = relu(normalised(t, reflected(maps, f"{name}.1", 1), f"{name}.2"))
        maps = maps + normalised(t, reflected(inner, f"{name}.{second}", 1), f"{name}.{second + 1}")
    for place in (10 + blocks, 13 + blocks):
        maps = relu(normalised(t, doubled(t, maps, f"model.{place}", 1), f"model.{place + 1}"))
    return reflected(maps, f"model.{17 + blocks}", 3).tanh()


def patches(t: Mapping[str, torch.Tensor], pictures: torch.Tensor) -> torch.Tensor:
    """What a discriminator of patches says."""
    maps = leaky_relu(convolved(t, pictures, "model.0", 2, 1), 0.2)
    for place, stride in ((2, 2), (5, 2), (8, 1)):
        maps = convolved(t, maps, f"model.{place}", stride, 1)
        maps = leaky_relu(normalised(t, maps, f"model.{place + 1}"), 0.2)
    return convolved(t, maps, "model.11", 1, 1)
