"""Where things lie and how much room they may take: environment, then ``settings.toml``, then defaults."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

import platformdirs

from engine.errors import KnotworkError

Offload = Literal["none", "model", "group", "leaf"]
OFFLOADS: tuple[Offload, ...] = get_args(Offload)
BUILT_IN = Path(__file__).resolve().parents[1]
FILE = "settings.toml"
UNITS = {"": 1, "b": 1, "kb": 10**3, "mb": 10**6, "gb": 10**9, "tb": 10**12} | {
    "kib": 2**10,
    "mib": 2**20,
    "gib": 2**30,
    "tib": 2**40,
}
SIZE = re.compile(r"\s*(\d+(?:\.\d*)?)\s*([a-z]*)\s*")
TRUE, FALSE = {"1", "true", "yes", "on"}, {"", "0", "false", "no", "off"}


class SettingsError(KnotworkError):
    """A setting has a value that it can't have."""

    def __init__(self, place: str, expected: str, got: object) -> None:
        super().__init__(f"{place}: expected {expected}, got {got!r}. Change it or remove it.")


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that may differ between two machines or two users.

    Each is set by ``KNOTWORK_<NAME>`` or by its name in ``settings.toml`` in the home folder. Sizes are bytes
    or text such as ``20 GB`` or ``512 MiB``; lists of folders are separated as in ``PATH``.

    Attributes:
        home: Folder of the store and of ``settings.toml``.
        file_roots: Folders in which file params may lie.
        model_roots: Folders in which models may lie: the configured ones, the home's, the built-in ones; see
            ``engine.store.roots`` for those of other programs.
        library_roots: Folders of graphs that other graphs may refer to; the shipped ones are last.
        disk_budget: Bytes that stored results may take on disk.
        ram_budget: Bytes that results may take in memory.
        vram_budget: Bytes that models may take on a device; None = what the device has.
        offload: What is kept off the device, at the price of time: ``none`` = nothing while there is room;
            ``model`` = models that aren't in use; ``group`` = all but the block, ``leaf`` = all but the layer
            that computes.
        upload_limit: Bytes of a file that is sent to the server.
        upload_budget: Bytes that all of these may take on disk.
        device: ``auto``, or as torch names it, such as ``cuda:0`` or ``cpu``.
        offline: Nothing is ever asked of a network.
        threads: CPU threads of one operation; None = as torch chooses.
    """

    home: Path
    file_roots: tuple[Path, ...] = ()
    model_roots: tuple[Path, ...] = ()
    library_roots: tuple[Path, ...] = ()
    disk_budget: int = 20 * 2**30
    ram_budget: int = 2 * 2**30
    vram_budget: int | None = None
    offload: Offload = "none"
    upload_limit: int = 2 * 2**30
    upload_budget: int = 20 * 2**30
    device: str = "auto"
    offline: bool = False
    threads: int | None = None

    @classmethod
    def load(cls, environment: Mapping[str, str] = os.environ) -> Settings:
        """Read the settings; nothing is written.

        Raises:
            SettingsError: A value can't be, or ``settings.toml`` has an unknown name or is no TOML.
        """
        moved = environment.get("KNOTWORK_HOME")
        home = Path(moved).expanduser() if moved else platformdirs.user_cache_path("knotwork")
        home = home.absolute()
        given = _from_file(home / FILE) | _from_environment(environment)
        values = {name: READERS[name](place, value) for name, (place, value) in given.items()}
        models = (*values.pop("model_roots", ()), home / "models", BUILT_IN / "nodes" / "models")
        library = (*values.pop("library_roots", ()), BUILT_IN / "graphs")
        return cls(home=home, model_roots=models, library_roots=library, **values)


Given = dict[str, tuple[str, Any]]


def _from_file(path: Path) -> Given:
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(str(path), "TOML", str(error)) from None
    except OSError as error:
        raise SettingsError(str(path), "a readable file", error.strerror) from None
    for name in document:
        if name not in READERS:
            raise SettingsError(f"{path}: {name}", f"one of {', '.join(READERS)}", name)
    return {name: (f"{path}: {name}", value) for name, value in document.items()}


def _from_environment(environment: Mapping[str, str]) -> Given:
    variables = {name: f"KNOTWORK_{name.upper()}" for name in READERS}
    return {
        name: (variable, environment[variable])
        for name, variable in variables.items()
        if variable in environment
    }


def _folders(place: str, value: object) -> tuple[Path, ...]:
    if isinstance(value, str):
        value = [part for part in value.split(os.pathsep) if part]
    if not isinstance(value, list):
        raise SettingsError(place, "a list of folders", value)
    paths: list[Path] = []
    for part in value:  # pyright: ignore[reportUnknownVariableType]  # what TOML holds is known once read
        if not isinstance(part, str) or not Path(part).expanduser().is_absolute():
            raise SettingsError(place, "absolute paths of folders", part)  # pyright: ignore[reportUnknownArgumentType]
        paths.append(Path(part).expanduser())
    return tuple(paths)


def bytes_of(place: str, value: object) -> int:
    """Read a size.

    Args:
        place: Where it stands, for the error.
        value: Bytes, or text such as ``20 GB``.

    Raises:
        SettingsError: It is no size.
    """
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value
    match = SIZE.fullmatch(value.lower()) if isinstance(value, str) else None
    if match is None or match[2] not in UNITS:
        raise SettingsError(place, "a size such as 20 GB", value)
    return int(float(match[1]) * UNITS[match[2]])


def _size_or_auto(place: str, value: object) -> int | None:
    return None if value in {"auto", ""} else bytes_of(place, value)


def _text(place: str, value: object) -> str:
    if not isinstance(value, str) or not value:
        raise SettingsError(place, "a device such as auto, cpu or cuda:0", value)
    return value


def _offload(place: str, value: object) -> Offload:
    for known in OFFLOADS:
        if value == known:
            return known
    raise SettingsError(place, " or ".join(OFFLOADS), value)


def _switch(place: str, value: object) -> bool:
    text = str(value).lower()
    if text not in TRUE | FALSE:
        raise SettingsError(place, "true or false", value)
    return text in TRUE


def _count(place: str, value: object) -> int | None:
    if value in {"auto", ""}:
        return None
    if isinstance(value, bool) or not str(value).isdecimal() or int(str(value)) < 1:
        raise SettingsError(place, "a whole number from 1, or auto", value)
    return int(str(value))


READERS: dict[str, Callable[[str, object], Any]] = {
    "file_roots": _folders,
    "model_roots": _folders,
    "library_roots": _folders,
    "disk_budget": bytes_of,
    "ram_budget": bytes_of,
    "vram_budget": _size_or_auto,
    "offload": _offload,
    "upload_limit": bytes_of,
    "upload_budget": bytes_of,
    "device": _text,
    "offline": _switch,
    "threads": _count,
}
