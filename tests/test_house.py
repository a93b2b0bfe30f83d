import ast
from collections.abc import Iterator
from pathlib import Path
from statistics import median

ROOT = Path(__file__).parents[1]
FOLDERS = ["engine", "nodes", "tests"]

MEDIAN_LINES = 150
FILE_LINES = 500
FUNCTION_LINES = 40
VAGUE = {"utils", "util", "helpers", "helper", "common", "manager", "misc"}


def sources() -> list[Path]:
    alone = [ROOT / "server.py", ROOT / "ui" / "build.py"]
    return [path for folder in FOLDERS for path in sorted((ROOT / folder).rglob("*.py"))] + alone


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def line_count(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


def functions(path: Path) -> Iterator[tuple[ast.FunctionDef | ast.AsyncFunctionDef, int]]:
    """Each function of a file with its lines: signature and body, without the docstring, which is help."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            if ast.get_docstring(node, clean=False) is not None:
                lines -= (node.body[0].end_lineno or 0) - node.body[0].lineno + 1
            yield node, lines


def test_no_file_is_longer_than_the_budget() -> None:
    long = {name(path): lines for path in sources() if (lines := line_count(path)) > FILE_LINES}
    assert not long, f"split these: more than {FILE_LINES} lines"


def test_the_median_file_is_within_the_budget() -> None:
    assert median(map(line_count, sources())) <= MEDIAN_LINES


def test_no_function_is_longer_than_the_budget() -> None:
    long = {
        f"{name(path)}:{node.lineno} {node.name}": lines
        for path in sources()
        for node, lines in functions(path)
        if lines > FUNCTION_LINES
    }
    assert not long, f"split these: more than {FUNCTION_LINES} lines"


def test_every_file_is_named_for_its_concept() -> None:
    vague = [
        name(path)
        for path in sources()
        if VAGUE & {part.removesuffix(".py") for part in Path(name(path)).parts}
    ]
    assert not vague, "name these for what they hold"


def test_every_folder_of_code_is_a_package() -> None:
    folders = {path.parent for path in sources() if name(path).startswith(("engine/", "nodes/"))}
    bare = [name(folder) for folder in sorted(folders) if not (folder / "__init__.py").exists()]
    assert not bare, "import-linter sees packages only: add an __init__.py"


def test_a_docstring_is_not_counted(tmp_path: Path) -> None:
    source = tmp_path / "two.py"
    source.write_text('def two():\n    """Help.\n\n    More help.\n    """\n    return 2\n', encoding="utf-8")

    assert [lines for _, lines in functions(source)] == [2]
