"""``knotwork doctor``: what is installed, what the machine has, and whether it computes right."""

from __future__ import annotations

import os
import platform
import shutil
import sys
from collections import Counter
from importlib import metadata
from typing import TYPE_CHECKING, Any

import typer

from engine.cli import options, terminal
from engine.executors.memory import memory

if TYPE_CHECKING:
    from engine.settings import Settings

LIBRARIES = (
    "knotwork",
    "torch",
    "torchvision",
    "diffusers",
    "transformers",
    "accelerate",
    "safetensors",
    "spandrel",
    "pydantic",
    "numpy",
    "pillow",
)
ADJECTIVES = ("damaged", "unknown")
"""What stands for a kind and has no plural."""


def command(device: options.Device = None, as_json: options.Json = False) -> None:
    """Tell versions, devices, budgets, models and packs, then check that every device computes right."""
    with terminal.refusing(as_json):
        from engine.cli.selfcheck import examine
        from engine.settings import Settings

        settings = Settings.load()
        facts = {
            "versions": versions(),
            "machine": machine(),
            "devices": devices(),
            "settings": budgets(settings),
            "packs": packs(),
            "models": models(settings),
        }
        if not as_json:
            _show(facts)
        names = [device] if device else list(facts["devices"])
        findings = examine(settings, names)
    ok = all(one.ok for one in findings) and not facts["packs"]["broken"]
    if as_json:
        checks = [{name: getattr(one, name) for name in one.__slots__} for one in findings]
        terminal.result({"ok": ok, **facts, "checks": checks})
    else:
        print("\nchecks")
        rows = [
            (
                one.device,
                "ok" if one.ok else "WRONG",
                one.check,
                terminal.duration(one.seconds),
                one.detail,
            )
            for one in findings
        ]
        terminal.show_table(("device", "", "check", "time", "found"), rows, right=("time",))
        terminal.note("everything is well" if ok else "something is wrong: see above")
    raise typer.Exit(terminal.DONE if ok else terminal.FAILED)


def versions() -> dict[str, str]:
    """Versions of Python and of the libraries that compute."""
    found = {"python": platform.python_version()}
    for name in LIBRARIES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            found[name] = "not installed"
    return found


def machine() -> dict[str, str]:
    """System, processor and threads."""
    import torch

    return {
        "system": f"{platform.system()} {platform.release()}",
        "processor": platform.machine(),
        "cores": str(os.cpu_count()),
        "threads": str(torch.get_num_threads()),
        "memory": terminal.size(memory()) if memory() else "unknown",
    }


def devices() -> dict[str, str]:
    """Devices that torch can compute on, with what they are."""
    import torch

    found = {"cpu": platform.processor() or platform.machine()}
    for index in range(torch.cuda.device_count()):
        memory = torch.cuda.mem_get_info(index)[1]
        found[f"cuda:{index}"] = f"{torch.cuda.get_device_name(index)}, {terminal.size(memory)}"
    if torch.backends.mps.is_available():
        found["mps"] = "Apple GPU"
    return found


def budgets(settings: Settings) -> dict[str, str]:
    """Where results lie and how much room they may take."""
    from engine.plan.environment import default_device

    room = next(path for path in (settings.home, *settings.home.parents) if path.exists())
    vram = settings.vram_budget
    return {
        "home": str(settings.home),
        "free disk": terminal.size(shutil.disk_usage(room).free),
        "disk budget": terminal.size(settings.disk_budget),
        "memory budget": terminal.size(settings.ram_budget),
        "device budget": "what the device has" if vram is None else terminal.size(vram),
        "device": settings.device if settings.device != "auto" else f"{default_device()} (auto)",
        "kept off the device": settings.offload,
        "offline": "yes" if settings.offline else "no",
    }


def packs() -> dict[str, dict[str, str]]:
    """Packs with their versions and numbers of nodes, and what fails to import, with the reason."""
    from engine.declare.registry import installed, pack_version

    registry = installed()
    counts: dict[str, int] = {}
    for node in registry.all():
        counts[registry.pack_of(node.id)] = counts.get(registry.pack_of(node.id), 0) + 1
    working = {name: f"{pack_version(name)}, {counts.get(name, 0)} nodes" for name in registry.packs}
    return {"working": working, "broken": dict(registry.broken)}


def models(settings: Settings) -> dict[str, str]:
    """The configured folders of models: whose layout they have, and how many models of which kind they hold.

    Raises:
        SettingsError: A file of paths can't be read.
    """
    from engine.declare.registry import installed
    from engine.service.models import Models
    from engine.store.roots import model_roots

    found: dict[str, str] = {}
    for configured in settings.model_roots:
        roots = model_roots([configured])
        records = Models([configured], installed().recognise).list()
        counts = Counter("damaged" if record.problem else record.kind for record in records)
        told = ", ".join(_number_of(kind, count) for kind, count in counts.most_common())
        there = any(root.folder.is_dir() for root in roots)
        program = f"{roots[0].program}: " if roots and roots[0].program else ""
        found[str(configured)] = program + (told or ("no models" if there else "not there"))
    return found


def _number_of(kind: str, count: int) -> str:
    return f"{count} {kind}" if count == 1 or kind in ADJECTIVES else f"{count} {kind}s"


def _show(facts: dict[str, Any]) -> None:
    for title in ("versions", "machine", "devices", "settings"):
        print(title)
        terminal.show_table(("", ""), [(f"  {name}", text) for name, text in facts[title].items()])
    print("models")
    terminal.show_table(("", ""), [(f"  {name}", text) for name, text in facts["models"].items()])
    print("packs")
    packs = facts["packs"]
    rows = [(f"  {name}", text) for name, text in packs["working"].items()]
    rows += [(f"  {name}", f"BROKEN: {reason}") for name, reason in packs["broken"].items()]
    terminal.show_table(("", ""), rows)
    sys.stdout.flush()
