from pathlib import Path

from engine.declare.types import Within
from engine.errors import GraphError, KnotworkError, Problem
from tests.graph.problems import node, problems


def resolve(path: str, within: Within) -> Path:
    if path.startswith("/"):
        raise KnotworkError(f"{path} is outside {within.root}")
    return Path(path)


FAMILIES = {
    "sd": node("load", file="sd1-a.st"),
    "cells": node("latent", links={"like": "sd.out"}),
    "flux": node("load", file="flux-b.st"),
}


def test_models_of_two_families_are_refused_with_the_reason() -> None:
    nodes = {**FAMILIES, "decode": node("decode", links={"decoder": "flux.out", "cells": "cells.out"})}
    (problem,) = problems({"nodes": nodes}, files=resolve)

    assert (problem.code, problem.instance, problem.port) == ("wrong-family", "decode", "cells")
    assert (problem.expected, problem.got) == ("Cells[flux]", "Cells[sd1] from cells.out")
    assert problem.cure == "Use models of one family: sd1 comes from sd and flux comes from flux."


def test_models_of_one_family_fit() -> None:
    nodes = {**FAMILIES, "decode": node("decode", links={"decoder": "sd.out", "cells": "cells.out"})}

    assert problems({"nodes": nodes}, files=resolve) == []


def test_the_family_of_a_file_set_outside_a_subgraph_is_known() -> None:
    inner = {
        "inputs": {"file": {"to": ["load.file"]}},
        "outputs": {"out": "load.out"},
        "nodes": {"load": {"type": "t.load"}},
    }
    nodes = {
        **FAMILIES,
        "inner": {"graph": inner, "params": {"file": "flux-c.st"}},
        "decode": node("decode", links={"decoder": "inner.out", "cells": "cells.out"}),
    }
    assert [problem.code for problem in problems({"nodes": nodes}, files=resolve)] == ["wrong-family"]


def test_without_a_file_the_family_is_unknown_and_fits() -> None:
    nodes = {
        "load": node("load"),
        "cells": node("latent", links={"like": "load.out"}),
        "decode": node("decode", links={"decoder": "load.out", "cells": "cells.out"}),
    }
    assert problems({"nodes": nodes, "inputs": {"file": {"to": ["load.file"]}}}, files=resolve) == []


def test_a_path_outside_the_roots_is_refused() -> None:
    (problem,) = problems({"nodes": {"load": node("load", file="/etc/passwd")}}, files=resolve)

    assert (problem.code, problem.expected) == ("bad-path", "a file inside the models roots")


def test_a_file_that_is_refused_says_why() -> None:
    def refuse(path: str, within: Within) -> Path:
        raise GraphError([Problem("file-missing", "", "", f"a file in {within.root}", path, "Put it there.")])

    (problem,) = problems({"nodes": {"load": node("load", file="gone.st")}}, files=refuse)
    assert (problem.code, problem.instance, problem.port, problem.cure) == (
        "file-missing",
        "load",
        "file",
        "Put it there.",
    )
