"""What the names and shapes of published files tell."""

from math import prod
from pathlib import Path

import pytest
import torch

from nodes.recognise.recognise import recognise
from tests.nodes.recognise import companions, layouts, writing


@pytest.mark.parametrize("name", layouts.SINGLE_FILES)
def test_a_checkpoint_is_known_by_its_names_and_shapes(name: str, tmp_path: Path) -> None:
    shapes, kind, family, variant, missing = layouts.SINGLE_FILES[name]
    found = recognise(writing.safetensors(tmp_path / "file.safetensors", shapes))

    assert (found.kind, found.family, found.variant, found.missing) == (kind, family, variant, missing)
    assert (found.format, found.layout) == ("safetensors", "original")
    assert found.parameters == sum(map(prod, shapes.values()))


@pytest.mark.parametrize("name", companions.LORAS)
def test_a_lora_is_known_by_the_layers_that_it_adapts(name: str, tmp_path: Path) -> None:
    shapes, layout, family = companions.LORAS[name]
    found = recognise(writing.safetensors(tmp_path / "file.safetensors", shapes))

    assert (found.kind, found.layout, found.family, found.missing) == ("lora", layout, family, ())


@pytest.mark.parametrize("name", companions.OTHERS)
def test_what_goes_with_a_checkpoint_is_known(name: str, tmp_path: Path) -> None:
    shapes, *told = companions.OTHERS[name]
    found = recognise(writing.safetensors(tmp_path / "file.safetensors", shapes))

    assert [found.kind, found.layout, found.family, found.variant] == told


@pytest.mark.parametrize("name", companions.EMBEDDINGS)
def test_a_textual_inversion_tells_its_word(name: str, tmp_path: Path) -> None:
    shapes, layout, family, word = companions.EMBEDDINGS[name]
    found = recognise(writing.safetensors(tmp_path / "file.safetensors", shapes))

    assert (found.kind, found.layout, found.family) == ("embedding", layout, family)
    assert found.trigger_words == (word,)


def test_a_textual_inversion_of_a1111_names_itself(tmp_path: Path) -> None:
    content = {
        "string_to_token": {"*": 265},
        "string_to_param": {"*": torch.zeros(8, 768)},
        "name": "bad-hands",
        "step": 1000,
        "sd_checkpoint": None,
    }
    torch.save(content, tmp_path / "file.pt")
    found = recognise(tmp_path / "file.pt")

    assert (found.kind, found.family, found.trigger_words) == ("embedding", "sd1", ("bad-hands",))


def test_a_textual_inversion_of_diffusers_is_known_in_a_pickle(tmp_path: Path) -> None:
    torch.save({"<cat-toy>": torch.zeros(768)}, tmp_path / "learned_embeds.bin")

    assert recognise(tmp_path / "learned_embeds.bin").trigger_words == ("<cat-toy>",)


@pytest.mark.parametrize("suffix", [".ckpt", ".pt", ".pth", ".bin"])
@pytest.mark.parametrize("zipped", [True, False])
def test_a_pickled_checkpoint_tells_the_same(suffix: str, zipped: bool, tmp_path: Path) -> None:
    shapes = {
        name: tuple(min(size, 4) if axis == 0 else size for axis, size in enumerate(shape))
        for name, shape in layouts.SINGLE_FILES["stable diffusion 1.5"][0].items()
        if "token_embedding" not in name
    }
    state = {name: torch.zeros(shape, dtype=torch.float16) for name, shape in shapes.items()}
    path = tmp_path / f"file{suffix}"
    torch.save({"state_dict": state, "global_step": 7}, path, _use_new_zipfile_serialization=zipped)
    found = recognise(path)

    assert (found.kind, found.family, found.format) == ("checkpoint", "sd1", suffix[1:])
    assert found.parameters == sum(map(prod, shapes.values()))
    assert found.precision == {"F16": 1.0}


def test_an_ip_adapter_of_nested_dicts_is_known(tmp_path: Path) -> None:
    content = {
        "image_proj": {"proj.weight": torch.zeros(3072, 1)},
        "ip_adapter": {"1.to_k_ip.weight": torch.zeros(1, 768)},
    }
    torch.save(content, tmp_path / "ip-adapter_sd15.bin")
    found = recognise(tmp_path / "ip-adapter_sd15.bin")

    assert (found.kind, found.family) == ("ip-adapter", "sd1")


@pytest.mark.parametrize("wrapper", ["", "params", "params_ema", "state_dict"])
def test_an_upscaler_is_known_in_its_wrapper(wrapper: str, tmp_path: Path) -> None:
    tensors = {
        "conv_first.weight": torch.zeros(2, 3, 3, 3),
        "body.0.rdb1.conv1.weight": torch.zeros(1, 2, 3, 3),
    }
    torch.save({wrapper: tensors} if wrapper else tensors, tmp_path / "4x.pth")
    found = recognise(tmp_path / "4x.pth")

    assert (found.kind, found.family) == ("upscaler", "esrgan")


@pytest.mark.parametrize(
    ("name", "architecture", "kind", "family"),
    [("flux", "flux", "Q4_K", "flux"), ("sd3.5", "sd3", "Q8_0", "sd3"), ("wan", "wan", "Q5_K", "wan")],
)
def test_a_gguf_file_is_known_as_its_original_is(
    name: str, architecture: str, kind: str, family: str, tmp_path: Path
) -> None:
    shapes = {"flux": layouts.FLUX_DEV, "sd3.5": layouts.SD35_LARGE, "wan": layouts.WAN_I2V}[name]
    path = writing.gguf(tmp_path / "file.gguf", shapes, kind, architecture, general__name="a name")
    found = recognise(path)

    assert (found.kind, found.family, found.format) == ("denoiser", family, "gguf")
    assert found.parameters == sum(map(prod, shapes.values()))
    assert max(found.precision, key=lambda one: found.precision[one]) == kind
    assert found.title == "a name"


@pytest.mark.parametrize(
    ("sizes", "family"),
    [((256384, 4096), "umt5-xxl"), ((32128, 4096), "t5-xxl"), ((32128, 2048), "t5")],
)
def test_a_text_encoder_is_known_in_gguf(sizes: tuple[int, int], family: str, tmp_path: Path) -> None:
    shapes = {"token_embd.weight": sizes, "enc.blk.0.attn_q.weight": (64, 64)}
    found = recognise(writing.gguf(tmp_path / "file.gguf", shapes, "Q8_0", "t5encoder"))

    assert (found.kind, found.family, found.layout) == ("text-encoder", family, "gguf")


def test_the_vocabulary_of_a_text_encoder_is_passed_over(tmp_path: Path) -> None:
    shapes = {"token_embd.weight": (32, 64), "enc.blk.0.attn_q.weight": (64, 64)}
    vocabulary = [f"word {number}" for number in range(1000)]
    path = writing.gguf(tmp_path / "file.gguf", shapes, "Q8_0", "t5encoder", vocabulary=vocabulary)
    found = recognise(path)

    assert (found.kind, found.family, found.parameters) == ("text-encoder", "t5", 96 * 64)
    assert found.metadata["tokenizer.ggml.tokens"] == vocabulary[:64]
    assert found.metadata["tokenizer.ggml.scores"] == [0.5] * 64


def test_precision_is_the_share_of_the_bytes(tmp_path: Path) -> None:
    """Three values of four bytes, and six of two: one half each."""
    from safetensors.torch import save_file

    tensors = {
        "a": torch.zeros(3),
        "b": torch.zeros(6, dtype=torch.float16),
        "c": torch.zeros(2, dtype=torch.uint8),
    }
    save_file(tensors, tmp_path / "file.safetensors")
    found = recognise(tmp_path / "file.safetensors")

    assert found.precision == {"F32": 12 / 26, "F16": 12 / 26, "U8": 2 / 26}
    assert found.dtypes == {"F32": 3, "F16": 6, "U8": 2}
    assert found.tensors == 3


def test_quantised_blocks_count_with_their_scales(tmp_path: Path) -> None:
    """A block of 32 values in Q8_0 takes 34 bytes."""
    path = writing.gguf(tmp_path / "file.gguf", {"a.weight": (32, 64), "b": (544,)}, "Q8_0", "flux")

    assert recognise(path).precision == {"Q8_0": 0.5, "F32": 0.5}


def test_the_lone_shard_of_a_model_tells_the_others(tmp_path: Path) -> None:
    writing.safetensors(tmp_path / "model-00001-of-00003.safetensors", {"a": (1,)})
    writing.safetensors(tmp_path / "model-00003-of-00003.safetensors", {"b": (1,)})

    assert recognise(tmp_path / "model-00001-of-00003.safetensors").missing == (
        "model-00002-of-00003.safetensors",
    )


def test_no_tensor_library_is_imported(tmp_path: Path) -> None:
    import subprocess
    import sys

    path = writing.safetensors(tmp_path / "file.safetensors", layouts.FLUX)
    torch.save({"w": torch.zeros(1)}, tmp_path / "file.pt")
    code = (
        "import sys; from pathlib import Path; from nodes.recognise.recognise import recognise;"
        f"recognise(Path({str(path)!r})); recognise(Path({str(tmp_path / 'file.pt')!r}));"
        "sys.exit(bool({'torch', 'diffusers', 'safetensors', 'numpy'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
