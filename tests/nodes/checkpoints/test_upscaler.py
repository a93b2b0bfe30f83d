from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

import nodes.models
from engine import File
from nodes.checkpoints.refusal import CheckpointRefused
from nodes.checkpoints.upscaler import BUILT_IN, build, describe, from_file
from nodes.values import Patch, Upscaler

WEIGHTS = Path(nodes.models.__file__).parent / BUILT_IN


@pytest.fixture(scope="module")
def tensors() -> dict[str, torch.Tensor]:
    return load_file(WEIGHTS)


def test_the_loader_reads_no_weights() -> None:
    handle = from_file(File(Path("nowhere.safetensors"), "abc"), dtype="float16")

    assert handle == Upscaler("abc", dtype="float16")


def test_the_shipped_weights_become_a_module_in_eval_mode() -> None:
    module = build(Upscaler("abc"), lambda digest: {"abc": WEIGHTS}[digest])

    assert not module.training
    assert {p.dtype for p in module.parameters()} == {torch.float32}
    assert not any(p.requires_grad for p in module.parameters())


def test_a_handle_says_the_precision() -> None:
    module = build(Upscaler("abc", dtype="bfloat16"), lambda _: WEIGHTS)

    assert {p.dtype for p in module.parameters()} == {torch.bfloat16}


@pytest.mark.parametrize("suffix", [".pth", ".pt"])
@pytest.mark.parametrize("wrap", ["", "params", "params_ema"])
def test_weights_saved_by_torch_are_read(
    suffix: str, wrap: str, tensors: dict[str, torch.Tensor], tmp_path: Path
) -> None:
    path = tmp_path / f"upscaler{suffix}"
    torch.save({wrap: tensors} if wrap else tensors, path)

    assert describe(path).architecture.id == "Compact"


class Program:
    """Runs code when it is unpickled."""

    def __reduce__(self):
        return (exec, ("raise SystemExit('code was run')",))


def test_a_pickle_that_runs_code_is_refused_unrun(tmp_path: Path) -> None:
    path = tmp_path / "evil.pth"
    torch.save({"weight": Program()}, path)

    with pytest.raises(CheckpointRefused, match=r"evil\.pth: expected a file of tensors alone") as caught:
        describe(path)
    assert caught.value.got == "a pickle that asks for builtins.exec"


def test_a_torchscript_program_is_refused_unrun(tmp_path: Path) -> None:
    path = tmp_path / "program.pt"
    with pytest.warns(FutureWarning, match=r"torch\.jit"):
        torch.jit.save(torch.jit.trace(torch.nn.Linear(1, 1), torch.zeros(1)), path)

    with pytest.raises(CheckpointRefused, match=r"program\.pt: .* got a TorchScript program"):
        describe(path)


@pytest.mark.parametrize("suffix", [".safetensors", ".pth"])
@pytest.mark.parametrize("content", [b"", b"\x80\x02nonsense", b"PK\x03\x04 nonsense", b"\xff" * 100])
def test_nonsense_is_refused(suffix: str, content: bytes, tmp_path: Path) -> None:
    path = tmp_path / f"nonsense{suffix}"
    path.write_bytes(content)

    with pytest.raises(CheckpointRefused, match=f"nonsense{suffix}: expected a file of tensors alone"):
        describe(path)


def test_a_file_that_is_cut_off_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "short.safetensors"
    path.write_bytes(WEIGHTS.read_bytes()[:500_000])

    with pytest.raises(CheckpointRefused, match="a file of tensors alone"):
        describe(path)


def test_weights_of_something_else_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "lora.safetensors"
    save_file({"lora_up.weight": torch.zeros(2, 2)}, path)

    with pytest.raises(
        CheckpointRefused, match="an upscaler that spandrel knows, got tensors such as lora_up"
    ):
        describe(path)


@pytest.mark.parametrize(
    "content", [[torch.zeros(1)], {0: torch.zeros(1)}, {"params": {0: torch.zeros(1)}}, {}]
)
def test_tensors_without_names_are_refused(content: object, tmp_path: Path) -> None:
    path = tmp_path / "nameless.pth"
    torch.save(content, path)

    with pytest.raises(CheckpointRefused, match=r"nameless\.pth: expected tensors by name"):
        describe(path)


def test_weights_with_a_missing_layer_are_refused(tensors: dict[str, torch.Tensor], tmp_path: Path) -> None:
    path = tmp_path / "damaged.safetensors"
    save_file({name: tensor for name, tensor in tensors.items() if name != "body.4.weight"}, path)

    with pytest.raises(
        CheckpointRefused, match=r"damaged\.safetensors: expected whole weights of an upscaler"
    ):
        describe(path)


def test_absurd_numbers_of_layers_are_refused_unbuilt(
    tensors: dict[str, torch.Tensor], tmp_path: Path
) -> None:
    path = tmp_path / "deep.pth"
    torch.save({"params": {**tensors, "body.99999999.bias": torch.zeros(48)}}, path)

    with pytest.raises(CheckpointRefused, match=r"at most 10,000 layers in a row, got tensor body\.99999999"):
        describe(path)


def test_patches_are_refused() -> None:
    with pytest.raises(CheckpointRefused, match="an upscaler as it is"):
        build(Upscaler("abc", patches=(Patch("lora", "def"),)), lambda _: WEIGHTS)
