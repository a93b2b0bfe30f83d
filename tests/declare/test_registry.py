"""Packs: found by entry point, imported by family, none able to take another down."""

from __future__ import annotations

import importlib
import json
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path

import pytest

from engine.declare import registry as registries
from engine.declare.node import node
from engine.declare.registry import Pack, Registry, installed, pack_version

Write = Callable[..., None]

NODE = """
from engine.declare.node import node

@node("{id}")
def it(x: float = {default}) -> float:
    return x
"""


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Write]:
    """Writes modules to a folder that is imported from."""
    monkeypatch.syspath_prepend(tmp_path)
    before = set(sys.modules)

    def write(path: str, text: str) -> None:
        target = tmp_path / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)

    forget()
    yield write
    for name in set(sys.modules) - before:
        if getattr(sys.modules[name], "__file__", None) and str(tmp_path) in str(sys.modules[name].__file__):
            del sys.modules[name]
    forget()


def forget() -> None:
    installed.cache_clear()
    pack_version.cache_clear()


def install(write: Write, name: str, *, editable: bool = False, target: str | None = None) -> None:
    """What pip leaves behind."""
    info = f"{name}-1.2.dist-info"
    write(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.2\n")
    write(f"{info}/entry_points.txt", f"[knotwork.nodes]\n{name} = {target or name + ':pack'}\n")
    write(f"{info}/direct_url.json", json.dumps({"url": "file:///src", "dir_info": {"editable": editable}}))


def a_pack(write: Write, name: str, **families: str) -> None:
    """A package whose families are one module each."""
    modules = {family: (f"{name}.{family}",) for family in families}
    write(
        f"{name}/__init__.py",
        f"from engine.declare.registry import Pack\npack = Pack({name!r}, {modules!r})\n",
    )
    for family, text in families.items():
        write(f"{name}/{family}.py", text)


def test_a_node_is_found_by_its_id(write: Write) -> None:
    a_pack(write, "acme", paint=NODE.format(id="paint.it", default=1))
    install(write, "acme")
    found = installed().find("paint.it")
    assert found is not None
    assert found.id == "paint.it"
    assert installed().pack_of("paint.it") == "acme"


def test_only_the_family_asked_for_is_imported(write: Write) -> None:
    a_pack(
        write,
        "acme",
        paint=NODE.format(id="paint.it", default=1),
        sound=NODE.format(id="sound.it", default=1),
    )
    install(write, "acme")
    installed().find("paint.it")
    assert "acme.paint" in sys.modules
    assert "acme.sound" not in sys.modules


def test_asking_for_an_unknown_family_imports_nothing(write: Write) -> None:
    a_pack(write, "acme", paint=NODE.format(id="paint.it", default=1))
    install(write, "acme")
    assert installed().find("nothing.here") is None
    assert "acme.paint" not in sys.modules


SLOW = """
from threading import Event

begun, go = Event(), Event()
"""


def test_who_asks_while_a_family_is_imported_finds_all_of_it(write: Write) -> None:
    write("slow.py", SLOW)
    halted = "import slow\nslow.begun.set()\nslow.go.wait()\n"
    a_pack(write, "acme", paint=halted + NODE.format(id="paint.it", default=1))
    install(write, "acme")
    slow = importlib.import_module("slow")
    registry = installed()
    with ThreadPoolExecutor() as threads:
        first = threads.submit(registry.find, "paint.it")
        slow.begun.wait()
        second = threads.submit(registry.find, "paint.it")
        wait([second], timeout=0.2)  # one that did not wait would be done by now
        slow.go.set()
        assert second.result() is first.result() is not None


def test_all_nodes_are_listed_by_id(write: Write) -> None:
    a_pack(
        write,
        "acme",
        sound=NODE.format(id="sound.it", default=1),
        paint=NODE.format(id="paint.it", default=1),
    )
    install(write, "acme")
    own = [node.id for node in installed().all() if installed().pack_of(node.id) == "acme"]
    assert own == ["paint.it", "sound.it"]


@pytest.mark.parametrize(
    ("broken", "told"),
    [
        ("raise RuntimeError('no paint')", "RuntimeError: no paint"),
        ("import nothing_like_this", "ModuleNotFoundError"),
        ("def", "SyntaxError"),
        ("raise SystemExit(3)", "SystemExit: 3"),
        ("from engine.declare.node import node\n@node('paint.it')\ndef it(x): ...", "no annotation"),
    ],
    ids=["raises", "imports", "syntax", "exits", "signature"],
)
def test_a_module_that_can_not_be_imported_is_noted_and_the_others_go_on(
    write: Write, broken: str, told: str
) -> None:
    a_pack(write, "acme", paint=broken, sound=NODE.format(id="sound.it", default=1))
    install(write, "acme")
    registry = installed()
    assert registry.find("paint.it") is None
    assert told in registry.why_missing("paint.it")
    assert registry.find("sound.it") is not None


@pytest.mark.parametrize(
    "text",
    ["raise RuntimeError('no')", "pack = 3", "raise SystemExit", ""],
    ids=["raises", "no pack", "exits", "none"],
)
def test_a_pack_that_can_not_be_loaded_is_noted_and_the_others_go_on(write: Write, text: str) -> None:
    write("bad.py", text)
    install(write, "bad")
    a_pack(write, "good", paint=NODE.format(id="paint.it", default=1))
    install(write, "good")
    assert set(installed().broken) == {"bad"}
    assert installed().find("paint.it") is not None


def test_a_node_imported_from_elsewhere_is_declared_where_it_was_written(write: Write) -> None:
    a_pack(
        write,
        "acme",
        paint=NODE.format(id="paint.it", default=1),
        sound="from acme.paint import it\n",
    )
    install(write, "acme")
    assert [node.id for node in installed().all() if installed().pack_of(node.id) == "acme"] == ["paint.it"]
    assert not installed().broken


def test_a_pack_can_not_take_over_a_node_of_another(write: Write) -> None:
    for name, default in (("first", 1), ("second", 2)):
        a_pack(write, name, paint=NODE.format(id="paint.it", default=default))
    registry = Registry({name: Pack(name, {"paint": (f"{name}.paint",)}) for name in ("first", "second")})
    found = registry.find("paint.it")
    assert found is not None
    assert found.inputs["x"].default == 1
    assert 'node "paint.it"' in registry.broken["second.paint"]


def test_the_nearest_id_is_offered(write: Write) -> None:
    a_pack(write, "acme", paint=NODE.format(id="paint.brush", default=1))
    registry = Registry({"acme": Pack("acme", {"paint": ("acme.paint",)})})
    assert registry.nearest("paint.brsh") == "paint.brush"
    assert registry.nearest("completely.different") == ""


def test_the_version_of_a_released_pack_is_its_own(write: Write) -> None:
    a_pack(write, "acme", paint="")
    install(write, "acme")
    assert pack_version("acme") == "1.2"


def test_the_version_of_an_editable_pack_is_the_digest_of_its_sources(write: Write) -> None:
    a_pack(write, "acme", paint="# one")
    install(write, "acme", editable=True)
    first = pack_version("acme")
    assert first.startswith("1.2+")
    forget()
    assert pack_version("acme") == first

    write("acme/paint.py", "# two")
    forget()
    second = pack_version("acme")
    assert second != first

    write("acme/deep/inside.py", "# three")
    forget()
    assert pack_version("acme") not in (first, second)


def test_what_is_no_source_does_not_enter_the_version(write: Write) -> None:
    a_pack(write, "acme", paint="# one")
    install(write, "acme", editable=True)
    first = pack_version("acme")
    write("acme/notes.txt", "anything")
    forget()
    assert pack_version("acme") == first


def test_a_pack_of_one_module_is_digested_alone(write: Write) -> None:
    write(
        "single.py", "from engine.declare.registry import Pack\npack = Pack('single', {'one': ('single',)})\n"
    )
    install(write, "single", editable=True)
    first = pack_version("single")
    write("neighbour.py", "# another project's")
    forget()
    assert pack_version("single") == first


def test_a_local_node_has_the_digest_of_its_source_as_its_version() -> None:
    registry = Registry({})

    @node("here.it")
    def one(x: float) -> float:
        return x + 1

    registry.add([one])
    first = registry.version_of(one)

    @node("here.it")
    def two(x: float) -> float:
        return x + 2

    registry.add([two])
    assert registry.find("here.it") is two
    assert registry.version_of(two) != first
    assert registry.version_of(one) == first


def test_a_function_without_source_is_known_by_its_code() -> None:
    def declared(text: str) -> str:
        names: dict[str, object] = {"node": node, "__name__": "__main__"}
        exec(f"@node('here.it')\ndef it(x: float) -> float:\n    return (lambda: {text})()", names)
        found = names["it"]
        registry = Registry({})
        registry.add([found])  # type: ignore[list-item]
        return registry.version_of(found)  # type: ignore[arg-type]

    assert declared("1.0") == declared("1.0")
    assert declared("1.0") != declared("2.0")


def test_classes_of_installed_packs_may_be_read_back(write: Write) -> None:
    a_pack(write, "acme", paint="")
    assert "acme" not in registries.packages()
    install(write, "acme")
    forget()
    assert {"acme", "engine", "nodes"} <= registries.packages()


RECOGNISER = """
from engine.declare.recognised import Recognised

def recognise(path, roots):
    return Recognised(kind="{kind}" if path.suffix == "{suffix}" else "unknown", format="{suffix}")
"""


def recognising(write: Write, **packs: str) -> Registry:
    """A registry of packs whose recognisers are these sources."""
    for name, source in packs.items():
        write(f"{name}_files.py", source)
    return Registry({name: Pack(name, {}, recogniser=f"{name}_files:recognise") for name in packs})


def test_a_model_is_what_the_first_pack_that_knows_it_says(write: Write) -> None:
    first = RECOGNISER.format(kind="mesh", suffix=".obj")
    registry = recognising(write, one=first, other=RECOGNISER.format(kind="voice", suffix=".onnx"))

    assert registry.recognise(Path("a.obj")).kind == "mesh"
    assert registry.recognise(Path("a.onnx")).kind == "voice"
    assert registry.recognise(Path("a.png")).kind == "unknown"
    assert Registry({}).recognise(Path("a.PNG")).format == "png"


def test_a_recogniser_that_is_broken_leaves_the_others(write: Write) -> None:
    good = RECOGNISER.format(kind="voice", suffix=".onnx")
    registry = recognising(
        write, bad="import no_such_module", wrong="def recognise(path, roots): return 1 / 0", good=good
    )

    assert registry.recognise(Path("a.onnx")).kind == "voice"
    assert registry.broken == {
        "bad_files:recognise": "ModuleNotFoundError: No module named 'no_such_module'",
        "wrong_files:recognise": "ZeroDivisionError: division by zero",
    }


def test_a_list_of_families_that_is_broken_leaves_the_others(write: Write) -> None:
    write("bad_list.py", "import no_such_module")
    write(
        "good_list.py",
        "from engine.declare.listing import Listing\n"
        "def listings(): return [Listing('blobs', 'Blobs', (), (), 'blobs', '')]\n",
    )
    packs = {name: Pack(name, {}, families=f"{name}_list:listings") for name in ("bad", "good")}
    registry = Registry(packs)

    assert [family.name for family in registry.families()] == ["blobs"]
    assert registry.broken == {"bad_list:listings": "ModuleNotFoundError: No module named 'no_such_module'"}


def test_a_file_that_a_recogniser_stumbles_over_is_the_only_one_that_it_can_not_tell(write: Write) -> None:
    stumbling = "    if path.stem == 'odd': raise IndexError\n    return"
    good = RECOGNISER.format(kind="voice", suffix=".onnx").replace("    return", stumbling)
    registry = recognising(write, one=good)

    assert registry.recognise(Path("odd.onnx")).kind == "unknown"
    assert registry.recognise(Path("a.onnx")).kind == "voice"


def test_a_recogniser_that_can_not_be_imported_has_a_version_of_its_own(write: Write) -> None:
    registry = recognising(write, bad="import no_such_module")
    before = registry.recogniser_version()
    write("bad_files.py", RECOGNISER.format(kind="voice", suffix=".onnx"))

    assert registry.recogniser_version() != before
