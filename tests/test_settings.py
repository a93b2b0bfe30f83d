import os
import subprocess
import sys
from pathlib import Path

import pytest

import engine
from engine.settings import Settings, SettingsError

SHIPPED = Path(engine.__file__).parents[1]


def load(home: Path, **environment: str) -> Settings:
    return Settings.load({"KNOTWORK_HOME": str(home)} | environment)


def test_without_any_setting_there_are_defaults(tmp_path: Path) -> None:
    settings = load(tmp_path)

    assert settings.home == tmp_path
    assert settings.model_roots == (tmp_path / "models", SHIPPED / "nodes" / "models")
    assert settings.library_roots == (SHIPPED / "graphs",)
    assert (settings.file_roots, settings.vram_budget, settings.threads) == ((), None, None)
    assert (settings.device, settings.offline) == ("auto", False)


def test_the_home_is_the_users_cache_folder_unless_moved() -> None:
    home = Settings.load({}).home

    assert home.is_absolute()
    assert home.name == "knotwork"


def test_reading_writes_nothing(tmp_path: Path) -> None:
    load(tmp_path / "none")

    assert not (tmp_path / "none").exists()


def test_the_environment_comes_before_the_file_and_the_file_before_defaults(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text('disk_budget = "1 GB"\nram_budget = 1024\noffline = true\n')
    settings = load(tmp_path, KNOTWORK_DISK_BUDGET="2 GiB")

    assert (settings.disk_budget, settings.ram_budget, settings.offline) == (2 * 2**30, 1024, True)


@pytest.mark.parametrize(
    ("text", "size"),
    [("0", 0), ("512", 512), ("512 MiB", 2**29), ("1.5GB", 1_500_000_000), ("2 kb", 2000), ("1 TiB", 2**40)],
)
def test_sizes_have_units(tmp_path: Path, text: str, size: int) -> None:
    assert load(tmp_path, KNOTWORK_DISK_BUDGET=text).disk_budget == size


def test_configured_roots_come_before_the_homes_and_the_built_in(tmp_path: Path) -> None:
    both = os.pathsep.join(["/a", "/b"])
    settings = load(tmp_path, KNOTWORK_MODEL_ROOTS=both, KNOTWORK_FILE_ROOTS="/c")

    assert settings.model_roots[:3] == (Path("/a"), Path("/b"), tmp_path / "models")
    assert settings.file_roots == (Path("/c"),)


def test_roots_in_the_file_are_a_list(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text('library_roots = ["/a"]\n')

    assert load(tmp_path).library_roots[0] == Path("/a")


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("DISK_BUDGET", "lots", "a size such as 20 GB"),
        ("DISK_BUDGET", "-1", "a size such as 20 GB"),
        ("DISK_BUDGET", "inf GB", "a size such as 20 GB"),
        ("RAM_BUDGET", "5 parsecs", "a size such as 20 GB"),
        ("THREADS", "0", "a whole number from 1, or auto"),
        ("THREADS", "many", "a whole number from 1, or auto"),
        ("OFFLINE", "perhaps", "true or false"),
        ("FILE_ROOTS", "relative/folder", "absolute paths of folders"),
        ("DEVICE", "", "a device such as auto, cpu or cuda:0"),
    ],
)
def test_a_value_that_can_not_be_names_its_place_and_what_is_expected(
    tmp_path: Path, name: str, value: str, expected: str
) -> None:
    with pytest.raises(SettingsError, match=f"KNOTWORK_{name}: expected {expected}, got '{value}'"):
        load(tmp_path, **{f"KNOTWORK_{name}": value})


@pytest.mark.parametrize("value", ["true", "7", "-1", "[1]", '["a"]'])
def test_a_value_of_the_wrong_kind_in_the_file_is_an_error(tmp_path: Path, value: str) -> None:
    (tmp_path / "settings.toml").write_text(f"file_roots = {value}\n")

    with pytest.raises(SettingsError, match=r"settings\.toml: file_roots: expected"):
        load(tmp_path)


def test_an_unknown_name_in_the_file_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text("disc_budget = 1\n")

    with pytest.raises(SettingsError, match=r"expected one of .*disk_budget.*, got 'disc_budget'"):
        load(tmp_path)


def test_a_file_that_is_no_toml_is_named(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text("disk_budget\n")

    with pytest.raises(SettingsError, match=r"settings\.toml: expected TOML"):
        load(tmp_path)


def test_auto_means_as_the_machine_has_it(tmp_path: Path) -> None:
    settings = load(tmp_path, KNOTWORK_VRAM_BUDGET="auto", KNOTWORK_THREADS="auto")

    assert (settings.vram_budget, settings.threads) == (None, None)
    assert load(tmp_path, KNOTWORK_VRAM_BUDGET="1 GiB", KNOTWORK_THREADS="3").threads == 3


def test_neither_settings_nor_store_import_torch(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from engine.settings import Settings; "
        "from engine.store.files import Files; from engine.store.store import Store; "
        "Store(Path(sys.argv[1]), disk_budget=1, ram_budget=1).close(); "
        "print(sorted({'torch', 'networkx', 'numpy'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=True
    )

    assert done.stdout.strip() == "[]"
