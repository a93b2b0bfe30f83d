"""The options of diffusers' schedulers: what the model's folder says, changed by what the user asked for."""

from __future__ import annotations

import difflib
import inspect
import json
from collections.abc import Mapping
from typing import Any, Literal

from engine.errors import KnotworkError
from nodes.checkpoints.folder import canonical
from nodes.diffusion.stepping import scheduler_class
from nodes.values import SchedulerConfig

FROM_MODEL = "from the model"
Name = Literal[
    "from the model",
    "CMStochasticIterativeScheduler",
    "CogVideoXDDIMScheduler",
    "CogVideoXDPMScheduler",
    "CosineDPMSolverMultistepScheduler",
    "DDIMInverseScheduler",
    "DDIMParallelScheduler",
    "DDIMScheduler",
    "DDPMParallelScheduler",
    "DDPMScheduler",
    "DEISMultistepScheduler",
    "DPMSolverMultistepInverseScheduler",
    "DPMSolverMultistepScheduler",
    "DPMSolverSDEScheduler",
    "DPMSolverSinglestepScheduler",
    "EDMDPMSolverMultistepScheduler",
    "EDMEulerScheduler",
    "EulerAncestralDiscreteScheduler",
    "EulerDiscreteScheduler",
    "FlowMatchEulerDiscreteScheduler",
    "FlowMatchHeunDiscreteScheduler",
    "FlowMatchLCMScheduler",
    "HeunDiscreteScheduler",
    "IPNDMScheduler",
    "KDPM2AncestralDiscreteScheduler",
    "KDPM2DiscreteScheduler",
    "LCMScheduler",
    "LMSDiscreteScheduler",
    "LTXEulerAncestralRFScheduler",
    "MiniMaxH3Scheduler",
    "PNDMScheduler",
    "SASolverScheduler",
    "TCDScheduler",
    "UnCLIPScheduler",
    "UniPCMultistepScheduler",
]
Betas = Literal["from the model", "linear", "scaled_linear", "squaredcos_cap_v2"]
Kind = Literal["from the model", "epsilon", "v_prediction", "sample", "flow_prediction"]
Spacing = Literal["from the model", "leading", "linspace", "trailing"]
Spread = Literal["from the model", "normal", "karras", "exponential", "beta", "flow"]
SPREAD_FLAGS = {name: f"use_{name}_sigmas" for name in ("karras", "exponential", "beta", "flow")}


class OptionRefused(KnotworkError):
    """A scheduler can't take an option."""

    def __init__(self, option: str, expected: str, got: str, cure: str) -> None:
        super().__init__(f'"{option}": expected {expected}, got {got}. {cure}')


def settle(
    model: SchedulerConfig | None, name: str, chosen: Mapping[str, str], options: str
) -> tuple[str, str]:
    """Decide a scheduler's class and arguments.

    Args:
        model: What the model's folder says.
        name: Class to use in place of the model's.
        chosen: Port → choice; ``from the model`` changes nothing.
        options: More arguments of the class, as a JSON object.

    Returns:
        Name of the class, and its arguments as canonical JSON.

    Raises:
        OptionRefused: An option that the class doesn't have.
    """
    if name == FROM_MODEL:
        if model is None:
            cure = "Link the loader's scheduler, or choose one."
            raise OptionRefused("name", "a scheduler", "no model to take it from", cure)
        name = model.name
    if name not in Name.__args__:
        cure = "Choose another one."
        raise OptionRefused("name", "a scheduler that steps on a plain prediction", name, cure)
    cls = scheduler_class(name)
    known = set(inspect.signature(cls.__init__).parameters) - {"self"}
    config: dict[str, Any] = json.loads(model.config) if model else {}
    arguments = {key: value for key, value in config.items() if key in known}
    for option, value in (_common(chosen, known) | _more(options)).items():
        if option not in known:
            raise OptionRefused(option, f"an option of {name}", f"{value!r}", _nearest(option, known))
        arguments[option] = value
    return name, canonical(arguments)


def _common(chosen: Mapping[str, str], known: set[str]) -> dict[str, Any]:
    asked: dict[str, Any] = {port: value for port, value in chosen.items() if value != FROM_MODEL}
    spread = asked.pop("sigmas", None)
    if spread is not None:
        asked |= {flag: False for flag in SPREAD_FLAGS.values() if flag in known}
    if spread in SPREAD_FLAGS:
        asked[SPREAD_FLAGS[spread]] = True
    return asked


def _more(options: str) -> dict[str, Any]:
    try:
        tree = json.loads(options or "{}")
    except ValueError as error:
        tree = str(error)
    if not isinstance(tree, dict):
        raise OptionRefused("options", 'a JSON object such as {"solver_order": 3}', repr(tree), "Correct it.")
    return tree


def _nearest(option: str, known: set[str]) -> str:
    near = difflib.get_close_matches(option, known, 1)
    return f'Did you mean "{near[0]}"?' if near else f"It has {', '.join(sorted(known))}."
