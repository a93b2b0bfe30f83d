import os
from pathlib import Path

import pytest

from engine.declare.types import Within
from engine.errors import GraphError
from engine.settings import Settings, SettingsError
from engine.store.files import Files
from engine.store.roots import model_roots, resolved, walked
from engine.store.store import Store

MODELS = Within("models", (".safetensors",))


def write(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(path.name)
    return path


@pytest.fixture
def comfy(tmp_path: Path) -> Path:
    for name in ("checkpoints/a.safetensors", "clip/b.safetensors", "sams/c.safetensors"):
        write(tmp_path / "ComfyUI" / "models" / name)
    return tmp_path / "ComfyUI"


@pytest.fixture
def forge(tmp_path: Path) -> Path:
    for name in (
        "models/Stable-diffusion/a.safetensors",
        "models/ESRGAN/b.safetensors",
        "models/SwinIR/c.safetensors",
        "embeddings/d.safetensors",
        "models/Other/e.safetensors",
    ):
        write(tmp_path / "forge" / name)
    return tmp_path / "forge"


def files_of(store: Store, *roots: Path) -> Files:
    return Files(Settings(home=Path("/nowhere"), model_roots=roots), store, local=False)


def listed(*configured: Path) -> list[str]:
    roots = resolved(model_roots(configured))
    return [
        root.name(parent / name)
        for root in roots
        for parent, _, names in walked(root.folder, roots)
        for name in names
    ]


def test_a_plain_folder_is_one_root(tmp_path: Path) -> None:
    write(tmp_path / "mine" / "sub" / "a.safetensors")

    assert listed(tmp_path / "mine") == ["sub/a.safetensors"]


def test_a_folder_of_comfyui_names_files_by_their_kind(comfy: Path) -> None:
    expected = ["checkpoints/a.safetensors", "text_encoders/b.safetensors", "sams/c.safetensors"]

    assert listed(comfy) == expected
    assert listed(comfy / "models") == expected


def test_a_folder_of_forge_names_files_as_comfyui_does(forge: Path) -> None:
    assert listed(forge) == [
        "checkpoints/a.safetensors",
        "upscale_models/b.safetensors",
        "upscale_models/c.safetensors",
        "embeddings/d.safetensors",
        "Other/e.safetensors",
    ]


@pytest.mark.parametrize(
    "name", ["checkpoints/a.safetensors", "clip/b.safetensors", "text_encoders/b.safetensors"]
)
def test_a_model_is_found_by_its_kind_and_as_its_program_has_it(store: Store, comfy: Path, name: str) -> None:
    assert files_of(store, comfy).resolve(name, MODELS).name == name.rpartition("/")[2]


def test_one_name_finds_a_model_wherever_its_program_has_it(store: Store, comfy: Path, forge: Path) -> None:
    name = "checkpoints/a.safetensors"

    assert files_of(store, comfy).resolve(name, MODELS) == comfy / "models" / name
    assert files_of(store, forge).resolve(name, MODELS) == forge / "models/Stable-diffusion/a.safetensors"


def test_a_folder_of_a_kind_may_be_a_link_but_no_link_in_it_leads_out(store: Store, comfy: Path) -> None:
    far = write(comfy.parent / "disk" / "loras" / "far.safetensors")
    secret = write(comfy.parent / "secret.safetensors")
    (comfy / "models" / "loras").symlink_to(far.parent)
    (far.parent / "out.safetensors").symlink_to(secret)
    files = files_of(store, comfy)

    assert files.resolve("loras/far.safetensors", MODELS) == far
    assert listed(comfy).count("loras/far.safetensors") == 1
    for name in ("loras/out.safetensors", "loras/../../secret.safetensors", f"loras/{secret}"):
        with pytest.raises(GraphError):
            files.resolve(name, MODELS)


def test_the_places_of_a_missing_model_are_those_of_its_kind(store: Store, comfy: Path) -> None:
    with pytest.raises(GraphError) as caught:
        files_of(store, comfy).resolve("checkpoints/none.safetensors", MODELS)

    assert str(comfy / "models" / "checkpoints") in str(caught.value)
    assert str(comfy / "models" / "clip") not in str(caught.value)


def test_extra_model_paths_are_relative_to_their_base_which_is_relative_to_the_file(tmp_path: Path) -> None:
    for name in (
        "forge/sd/a.safetensors",
        "forge/l1/b.safetensors",
        "forge/l2/c.safetensors",
        "nodes/d.safetensors",
    ):
        write(tmp_path / "disk" / name)
    file = tmp_path / "disk" / "extra_model_paths.yaml"
    file.write_text(
        "a111:\n  base_path: forge\n  is_default: true\n  checkpoints: sd\n"
        "  loras: |\n    l1\n    l2\n  custom_nodes: ../nodes\n"
        f"other:\n  unet: {tmp_path}/disk/nodes\nempty:\n"
    )

    assert listed(file) == [
        "checkpoints/a.safetensors",
        "loras/b.safetensors",
        "loras/c.safetensors",
        "diffusion_models/d.safetensors",
    ]


def test_a_variable_in_extra_model_paths_is_filled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISK", os.fspath(tmp_path / "disk"))
    write(tmp_path / "disk" / "a.safetensors")
    file = tmp_path / "extra_model_paths.yml"
    file.write_text("comfyui:\n  base_path: $DISK\n  vae: .\n")

    assert listed(file) == ["vae/a.safetensors"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: [", "expected YAML as ComfyUI's extra_model_paths.yaml"),
        ("- a", "expected programs with their folders"),
        ("!!python/object/apply:os.system [true]", "expected YAML as ComfyUI's extra_model_paths.yaml"),
    ],
)
def test_a_file_of_paths_that_is_none_is_refused(tmp_path: Path, text: str, expected: str) -> None:
    file = tmp_path / "extra_model_paths.yaml"
    file.write_text(text)

    with pytest.raises(SettingsError, match=rf"extra_model_paths\.yaml: {expected}"):
        model_roots([file])


def test_a_file_of_paths_that_is_gone_is_told(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"gone\.yaml: expected a readable file, got 'No such file"):
        model_roots([tmp_path / "gone.yaml"])
