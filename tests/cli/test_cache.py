import json
from pathlib import Path
from typing import Any

from tests.cli.conftest import Cli


def stats(cli: Cli) -> dict[str, Any]:
    return json.loads(cli("cache", "stats", "--json").stdout)


def test_an_empty_store_is_empty(cli: Cli, home: Path) -> None:
    found = stats(cli)
    assert (found["entries"], found["blobs"], found["home"]) == (0, 0, str(home))


def test_a_run_fills_it(cli: Cli, picture: Path) -> None:
    cli("run", picture, "--output", "noise.image")
    assert stats(cli)["entries"] == 1


def test_a_person_gets_sizes_with_units(cli: Cli) -> None:
    assert "\ndisk\t0 B of 21.5 GB\n" in cli("cache", "stats").stdout


def test_gc_keeps_within_a_budget(cli: Cli, product: Path) -> None:
    cli("run", product)
    assert json.loads(cli("cache", "gc", "--budget", "0 B", "--json").stdout)["freed"] > 0
    assert stats(cli)["entries"] == 0


def test_gc_refuses_what_is_no_size(cli: Cli) -> None:
    result = cli("cache", "gc", "--budget", "much")
    assert result.exit_code == 2
    assert "--budget: expected a size" in result.stderr


def test_clear_removes_everything(cli: Cli, product: Path) -> None:
    cli("run", product)
    assert cli("cache", "clear").stderr == "removed 2 results\n"
    assert stats(cli)["entries"] == 0


def test_verify_finds_a_damaged_file_and_drops_what_used_it(cli: Cli, write: Any, home: Path) -> None:
    write(
        outputs={"image": "noise.image"},
        nodes={"noise": {"type": "image.noise", "params": {"width": 128, "height": 128}}},
    )
    cli("run", "graph.json")
    assert json.loads(cli("cache", "verify", "--json").stdout)["damaged"] == []
    [stored] = home.glob("objects/*/*.safetensors")
    stored.write_bytes(b"\0" + stored.read_bytes()[1:])
    result = cli("cache", "verify", "--json")
    assert result.exit_code == 1
    assert json.loads(result.stdout)["damaged"] == [stored.stem]
    assert json.loads(cli("run", "graph.json", "--json").stdout)["nodes"]["executed"] == 1
