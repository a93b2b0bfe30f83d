import json
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from typer.testing import Result

from engine.graph.document import Graph
from tests.cli.conftest import Cli, Write


def report(result: Result) -> dict[str, Any]:
    return json.loads(result.stdout)


# --- what comes out ----------------------------------------------------------------------------------------


def test_values_are_printed_on_stdout_and_the_summary_on_stderr(cli: Cli, product: Path) -> None:
    result = cli("run", product, "--set", "a=2")
    assert (result.exit_code, result.stdout) == (0, "result = 30.0\n")
    assert result.stderr.startswith("2 nodes: 2 executed, 0 cached; ")


def test_a_picture_is_written_and_its_path_printed(cli: Cli, picture: Path) -> None:
    result = cli("run", picture, "--out", "out")
    assert result.stdout == "out/image.png\n"
    with Image.open("out/image.png") as image:
        assert image.size == (8, 8)


def test_restricted_weights_are_told(cli: Cli, write: Write) -> None:
    rate = {"type": "conditioning.frame_rate", "links": {"conditioning": "daisy.out"}}
    write(outputs={"told": "rate.out"}, nodes={"daisy": {"type": "conditioning.label"}, "rate": rate})
    terms = "LTX-Video Open Weights: free below 10 million dollars of revenue"

    assert f"licence of weights (rate): {terms}\n" in cli("run", "graph.json").stderr
    found = report(cli("run", "graph.json", "--json"))
    assert found["licences"] == [{"instance": "rate", "family": "", "licence": terms}]


def test_json_is_one_object_alone_on_stdout(cli: Cli, product: Path) -> None:
    found = report(cli("run", product, "--json"))
    assert found.keys() == {
        "status", "graph", "outputs", "nodes", "seconds", "timings", "failures", "seeds", "warnings",
        "licences",
    }  # fmt: skip
    assert found["status"] == "done"
    assert found["graph"] == Graph.read(product).digest()
    assert found["nodes"] == {
        "total": 2, "executed": 2, "cached": 0, "skipped": 0, "failed": 0, "blocked": 0, "cancelled": 0,
    }  # fmt: skip
    assert found["seconds"].keys() == {"load", "plan", "run"}
    assert found["timings"].keys() == {"sum", "times"}
    [output] = found["outputs"]
    assert output.keys() == {"output", "type", "path", "digest", "value"}
    assert (output["output"], output["type"], output["path"], output["value"]) == (
        "result", "float", None, 20.0,
    )  # fmt: skip


def test_the_digest_of_a_picture_is_that_of_its_file(cli: Cli, picture: Path) -> None:
    from blake3 import blake3

    [output] = report(cli("run", picture, "--json"))["outputs"]
    assert output["path"] == "image.png"
    assert output["digest"] == blake3(Path("image.png").read_bytes()).hexdigest()


def test_only_the_outputs_asked_for_are_computed(cli: Cli, product: Path) -> None:
    found = report(cli("run", product, "--output", "sum.out", "--json"))
    assert [(one["output"], one["value"]) for one in found["outputs"]] == [("sum.out", 2.0)]
    assert (found["nodes"]["executed"], found["nodes"]["skipped"]) == (1, 1)


# --- the cache ---------------------------------------------------------------------------------------------


def test_a_second_run_executes_nothing(cli: Cli, product: Path) -> None:
    cli("run", product)
    assert report(cli("run", product, "--json"))["nodes"]["executed"] == 0


def test_without_the_cache_everything_runs_and_nothing_is_kept(cli: Cli, product: Path) -> None:
    cli("run", product, "--no-cache")
    assert report(cli("run", product, "--no-cache", "--json"))["nodes"]["executed"] == 2
    assert report(cli("run", product, "--json"))["nodes"]["executed"] == 2


def test_a_run_that_checks_purity_goes_by_the_same_keys(cli: Cli, product: Path) -> None:
    assert report(cli("run", product, "--check-purity", "--json"))["nodes"]["executed"] == 2
    assert report(cli("run", product, "--json"))["nodes"]["executed"] == 0


def test_a_forced_node_and_what_depends_on_it_run_again(cli: Cli, product: Path) -> None:
    cli("run", product)
    assert report(cli("run", product, "--force", "times", "--json"))["timings"].keys() == {"times"}
    assert report(cli("run", product, "--force", "sum", "--json"))["timings"].keys() == {"sum", "times"}


def test_forcing_a_node_that_is_not_there_names_the_nearest(cli: Cli, product: Path) -> None:
    result = cli("run", product, "--force", "tims")
    assert result.exit_code == 2
    assert 'Did you mean "times"?' in result.stderr


# --- sweeps ------------------------------------------------------------------------------------------------


def test_a_sweep_runs_each_point_and_shares_the_prefix(cli: Cli, product: Path) -> None:
    found = report(cli("run", product, "--sweep", "factor=1..3", "--json"))
    assert [run["set"] for run in found["runs"]] == [{"factor": 1}, {"factor": 2}, {"factor": 3}]
    assert [run["outputs"][0]["value"] for run in found["runs"]] == [2.0, 4.0, 6.0]
    assert [run["nodes"]["executed"] for run in found["runs"]] == [2, 1, 1]


def test_a_param_of_a_node_is_swept_and_set_by_its_place(cli: Cli, product: Path) -> None:
    found = report(cli("run", product, "--set", "sum.b=2", "--sweep", "factor=1..2", "--json"))
    assert [run["outputs"][0]["value"] for run in found["runs"]] == [3.0, 6.0]
    found = report(cli("run", product, "--sweep", "sum.b=2..3", "--json"))
    assert [run["set"] for run in found["runs"]] == [{"sum.b": 2}, {"sum.b": 3}]
    assert [run["outputs"][0]["value"] for run in found["runs"]] == [30.0, 40.0]


def test_files_are_named_by_the_params_that_were_swept(cli: Cli, picture: Path) -> None:
    result = cli("run", picture, "--sweep", "noise.width=8..9", "--name", "{noise.width:03d}")
    assert result.stdout == "008.png\n009.png\n"


def test_the_report_of_a_sweep_sums_its_runs(cli: Cli, product: Path) -> None:
    found = report(cli("run", product, "--sweep", "factor=1..3", "--json"))
    assert (found["nodes"]["total"], found["nodes"]["executed"]) == (6, 4)
    assert [one["value"] for one in found["outputs"]] == [2.0, 4.0, 6.0]


def test_the_pictures_of_a_sweep_are_numbered(cli: Cli, picture: Path) -> None:
    assert cli("run", picture, "--sweep", "seed=5..6").stdout == "image-000.png\nimage-001.png\n"


# --- seeds -------------------------------------------------------------------------------------------------


def test_the_seeds_of_a_run_are_reported(cli: Cli, picture: Path) -> None:
    assert report(cli("run", picture, "--json"))["seeds"] == {"seed": 1}


def test_a_drawn_seed_is_reported_and_gives_the_same_picture_again(cli: Cli, picture: Path) -> None:
    drawn = report(cli("run", picture, "--random-seed", "--no-metadata", "--out", "one", "--json"))["seeds"]
    cli("run", picture, "--set", f"seed={drawn['seed']}", "--no-metadata", "--out", "two")
    assert Path("one/image.png").read_bytes() == Path("two/image.png").read_bytes()


def test_a_seed_that_is_set_is_not_drawn(cli: Cli, picture: Path) -> None:
    found = report(cli("run", picture, "--set", "seed=7", "--random-seed", "--json"))
    assert found["seeds"] == {"seed": 7}


# --- files -------------------------------------------------------------------------------------------------


def test_a_picture_runs_again_to_the_same_bytes(cli: Cli, picture: Path) -> None:
    cli("run", picture, "--set", "seed=7", "--out", "first")
    picture.unlink()
    cli("run", "first/image.png", "--out", "second")
    assert Path("second/image.png").read_bytes() == Path("first/image.png").read_bytes()


def test_a_picture_carries_its_graph_with_the_values_that_were_set(cli: Cli, picture: Path) -> None:
    cli("run", picture, "--set", "seed=7")
    assert Graph.read("image.png").inputs["seed"].default == 7


def test_a_picture_carries_the_graphs_that_its_graph_refers_to(cli: Cli, write: Write, picture: Path) -> None:
    write("outer.json", outputs={"image": "inner.image"}, nodes={"inner": {"ref": "picture.json"}})
    cli("run", "outer.json", "--out", "elsewhere")
    picture.unlink()
    assert cli("run", "elsewhere/image.png", "--out", "again").exit_code == 0
    assert Path("again/image.png").read_bytes() == Path("elsewhere/image.png").read_bytes()


def test_a_picture_does_not_tell_where_its_files_were(cli: Cli, write: Write, picture: Path) -> None:
    cli("run", picture)
    absolute = str(Path("image.png").absolute())
    write(
        "flip.json",
        inputs={"file": {"to": ["load.file"]}},
        outputs={"flipped": "flip.out"},
        nodes={
            "load": {"type": "image.load"},
            "flip": {"type": "image.flip", "links": {"image": "load.out"}},
        },
    )
    assert cli("run", "flip.json", "--set", f"file={absolute}").exit_code == 0
    data = Path("flipped.png").read_bytes()
    assert str(Path.cwd()).encode() not in data
    assert cli("run", "flipped.png", "--out", "again").exit_code == 0
    assert Path("again/flipped.png").read_bytes() == data


def test_a_picture_may_go_without_its_graph(cli: Cli, picture: Path) -> None:
    cli("run", picture, "--no-metadata")
    result = cli("run", "image.png")
    assert result.exit_code == 2
    assert "Only pictures saved with their graph" in result.stderr


def test_equal_bytes_are_written_in_the_same_place(cli: Cli, picture: Path) -> None:
    cli("run", picture)
    assert cli("run", picture).stdout == "image.png\n"


def test_another_picture_is_not_overwritten(cli: Cli, picture: Path) -> None:
    cli("run", picture)
    assert cli("run", picture, "--set", "seed=2").stdout == "image-1.png\n"


def test_a_template_names_and_overwrites(cli: Cli, picture: Path) -> None:
    for seed in (1, 2):
        cli("run", picture, "--set", f"seed={seed}", "--name", "{graph}-{output}")
    assert [path.name for path in Path().glob("*.png")] == ["picture-image.png"]
    assert Graph.read("picture-image.png").inputs["seed"].default == 2


def test_a_template_knows_the_inputs_and_the_index(cli: Cli, picture: Path) -> None:
    result = cli("run", picture, "--sweep", "seed=8..9", "--name", "{seed:03d}_{index}")
    assert result.stdout == "008_0.png\n009_1.png\n"


def test_a_template_that_does_not_fit_is_refused_before_anything_runs(cli: Cli, picture: Path) -> None:
    result = cli("run", picture, "--name", "{sed}")
    assert result.exit_code == 2
    assert cli("cache", "stats", "--json").stdout.startswith('{"entries": 0')


def test_a_folder_that_is_a_file_is_refused(cli: Cli, picture: Path) -> None:
    result = cli("run", picture, "--out", picture / "below")
    assert result.exit_code == 2
    assert "picture.json is a file" in result.stderr


# --- what can be wrong -------------------------------------------------------------------------------------


def test_a_node_that_fails_is_named_with_the_reason(cli: Cli, write: Write) -> None:
    write(
        outputs={"bad": "after.out", "good": "fine.out"},
        nodes={
            "divide": {"type": "math.divide", "params": {"a": 1, "b": 0}},
            "after": {"type": "math.add", "links": {"a": "divide.out"}},
            "fine": {"type": "math.add", "params": {"a": 1, "b": 1}},
        },
    )
    result = cli("run", "graph.json", "--json")
    found = report(result)
    assert (result.exit_code, found["status"]) == (1, "failed")
    [failure] = found["failures"]
    assert (failure["instance"], failure["node"]) == ("divide", "math.divide")
    assert (found["nodes"]["failed"], found["nodes"]["blocked"], found["nodes"]["executed"]) == (1, 1, 1)
    assert [one["output"] for one in found["outputs"]] == ["good"]
    assert 'divide ("math.divide"): ' in result.stderr
    assert "Traceback" not in result.stderr


def test_problems_are_found_before_anything_runs(cli: Cli, write: Write) -> None:
    write(
        outputs={"out": "b.out"},
        nodes={"a": {"type": "math.ad"}, "b": {"type": "math.add", "params": {"a": "x"}}},
    )
    result = cli("run", "graph.json", "--json")
    found = report(result)
    assert (result.exit_code, found["status"]) == (2, "refused")
    assert [problem["code"] for problem in found["problems"]] == ["unknown-node", "bad-value"]
    assert found["problems"][0].keys() == {"code", "instance", "port", "expected", "got", "cure"}


def test_an_input_that_needs_a_value_is_named(cli: Cli, write: Write) -> None:
    write(inputs={"a": {"to": ["n.a"]}}, nodes={"n": {"type": "math.add"}})
    result = cli("run", "graph.json")
    assert result.exit_code == 2
    assert "Add --set a=VALUE." in result.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--set", "facto=2"], 'Did you mean "factor"?'),
        (["--set", "factor"], "expected NAME=VALUE"),
        (["--set", "factor=big"], "factor: expected float"),
        (["--sweep", "b=1..2"], "expected an input of the graph"),
        (["--output", "nothing"], "expected an output of the graph"),
        (["--device", "gpu"], "expected auto, cpu, cuda"),
        (["--sett", "factor=2"], "No such option"),
    ],
)
def test_a_wrong_word_is_told_with_exit_code_2(cli: Cli, product: Path, words: list[str], said: str) -> None:
    result = cli("run", product, *words)
    assert result.exit_code == 2
    assert said in result.stderr
    assert result.stdout == ""


def test_a_graph_that_is_not_there_is_told_with_exit_code_2(cli: Cli) -> None:
    result = cli("run", "nothing.json")
    assert result.exit_code == 2
    assert "expected a graph file or the name of an example" in result.stderr


def test_an_example_is_found_by_its_name(
    cli: Cli, product: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    library = tmp_path / "library"
    library.mkdir()
    product.rename(library / "product.json")
    monkeypatch.setenv("KNOTWORK_LIBRARY_ROOTS", str(library))
    assert cli("run", "product").stdout == "result = 20.0\n"
    assert 'Did you mean "product"?' in cli("run", "prodct").stderr
