"""Nothing in a file of weights is run, whatever it asks for and wherever it hides it."""

import copyreg
import io
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from nodes.checkpoints import single_file, upscaler
from nodes.checkpoints.refusal import CheckpointRefused
from nodes.recognise.recognise import recognise
from tests.nodes.recognise import traps

# torch warns of a pickle that it then refuses
pytestmark = pytest.mark.filterwarnings(
    "ignore:Detected pickle protocol:UserWarning", "ignore:.*TorchScript archive:UserWarning"
)
ROUTES = {
    "recogniser": recognise,
    "checkpoint": lambda path: single_file.read_file(path, None),
    "upscaler": upscaler.describe,
}


@pytest.fixture(params=ROUTES)
def route(request: pytest.FixtureRequest) -> Callable[[Path], object]:
    """Each way on which a file is read."""
    return ROUTES[request.param]


@pytest.fixture
def trace(tmp_path: Path) -> Iterator[Path]:
    """Where a payload leaves its trace, and an extension registry that knows ``os.mkdir``."""
    copyreg.add_extension("os", "mkdir", traps.EXTENSION)
    yield tmp_path / "trace"
    copyreg.remove_extension("os", "mkdir", traps.EXTENSION)


@pytest.mark.parametrize("payload", traps.PAYLOADS)
def test_each_trap_would_spring(payload: str, trace: Path) -> None:
    protocol = 2 if "Python 2" in payload else 4
    data = traps.pickled(traps.PAYLOADS[payload](str(trace)), protocol)
    made = traps.Victim(io.BytesIO(data)).load()
    if hasattr(made, "close"):
        made.close()

    assert trace.exists()


@pytest.mark.parametrize("payload", traps.PAYLOADS)
@pytest.mark.parametrize("pack", [traps.in_zip, traps.in_a_row], ids=["zip", "in a row"])
def test_no_payload_is_run(
    pack: Callable[[Path, bytes], None],
    payload: str,
    route: Callable[[Path], object],
    trace: Path,
    tmp_path: Path,
) -> None:
    path = tmp_path / "evil.ckpt"
    pack(path, traps.pickled(traps.checkpoint(traps.PAYLOADS[payload](str(trace)))))

    with pytest.raises(CheckpointRefused, match=r"^evil\.ckpt: expected "):
        route(path)
    assert not trace.exists()


@pytest.mark.parametrize("suffix", [".ckpt", ".pth", ".pt", ".bin", ".safetensors", ".gguf"])
@pytest.mark.parametrize("pack", [traps.in_zip, traps.in_a_row, traps.in_tar, traps.as_it_is])
def test_no_container_and_no_ending_hides_it(
    pack: Callable[[Path, bytes], None],
    suffix: str,
    route: Callable[[Path], object],
    trace: Path,
    tmp_path: Path,
) -> None:
    path = tmp_path / f"evil{suffix}"
    pack(path, traps.pickled(traps.PAYLOADS["os.system"](str(trace))))

    with pytest.raises(CheckpointRefused, match=rf"^evil\{suffix}: expected "):
        route(path)
    assert not trace.exists()


@pytest.mark.parametrize("place", [traps.bare, traps.checkpoint, traps.optimiser, traps.embedding])
@pytest.mark.parametrize("protocol", [0, 2, 3, 4, 5])
def test_no_place_in_the_pickle_hides_it(
    place: Callable[[bytes], bytes],
    protocol: int,
    route: Callable[[Path], object],
    trace: Path,
    tmp_path: Path,
) -> None:
    path = tmp_path / "evil.pt"
    traps.in_zip(path, traps.pickled(place(traps.PAYLOADS["exec"](str(trace))), protocol))

    with pytest.raises(CheckpointRefused, match=r"^evil\.pt: expected "):
        route(path)
    assert not trace.exists()


@pytest.mark.parametrize("which", range(5))
def test_no_pickle_of_an_old_file_is_run(
    which: int, route: Callable[[Path], object], trace: Path, tmp_path: Path
) -> None:
    path = tmp_path / "evil.pth"
    whole = [
        traps.pickled(one) for one in (b"\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19", b"M\xe9\x03", b"}", b"}", b"]")
    ]
    whole[which] = traps.pickled(traps.PAYLOADS["os.system"](str(trace)))
    path.write_bytes(b"".join(whole))

    with pytest.raises(CheckpointRefused, match=r"^evil\.pth: expected "):
        route(path)
    assert not trace.exists()


def test_the_recogniser_names_what_a_pickle_asks_for(trace: Path, tmp_path: Path) -> None:
    path = tmp_path / "evil.ckpt"
    traps.in_zip(path, traps.pickled(traps.checkpoint(traps.PAYLOADS["STACK_GLOBAL"](str(trace)))))

    with pytest.raises(CheckpointRefused, match=r"got a pickle that asks for os\.mkdir\."):
        recognise(path)


def test_a_torchscript_program_is_not_run(route: Callable[[Path], object], tmp_path: Path) -> None:
    import torch

    path = tmp_path / "program.pt"
    with pytest.warns(FutureWarning, match=r"torch\.jit"):
        torch.jit.save(torch.jit.trace(torch.nn.Linear(1, 1), torch.zeros(1)), path)

    with pytest.raises(CheckpointRefused, match=r"^program\.pt: expected "):
        route(path)


def test_code_in_a_folder_is_not_imported(tmp_path: Path) -> None:
    folder = tmp_path / "evil"
    (folder / "unet").mkdir(parents=True)
    (folder / "unet" / "evil_unet.py").write_text(traps.python(str(tmp_path / "trace")))
    (folder / "pipeline.py").write_text(traps.python(str(tmp_path / "trace")))
    (folder / "model_index.json").write_text(
        '{"_class_name": ["pipeline", "Evil"], "unet": ["evil_unet", "UNet"]}'
    )
    (folder / "unet" / "config.json").write_text('{"auto_map": {"AutoModel": "evil_unet.UNet"}}')

    assert recognise(folder).missing == ("unet/weights",)
    assert not os.path.exists(tmp_path / "trace")
    assert not {"evil_unet", "pipeline"} & set(sys.modules)
