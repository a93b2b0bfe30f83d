"""Text encoders from a folder that holds them alone, and from files of one encoder each."""

import io
import shutil
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file

from engine import File, Folder, OnDevice
from nodes.checkpoints.refusal import CheckpointRefused
from nodes.checkpoints.text_encoders import text_encoders, texts_family
from nodes.checkpoints.text_files import assigned
from nodes.values import TextEncoder
from tests.nodes.checkpoints.original_sdxl import as_openclip
from tests.nodes.checkpoints.quantised import quantised_t5
from tests.nodes.checkpoints.real_widths import T5, G, L, save_texts
from tests.nodes.diffusion.sampling import loaded_from
from tests.nodes.families import parity, tiny_sd3
from tests.nodes.families.folders import save_index
from tests.nodes.recognise import companions, writing

Weights = dict[str, torch.Tensor]
WORDS = "the red apple and a fish swim in blue water with many small birds over green hills"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The texts of a Stable Diffusion 3."""
    folder = tmp_path_factory.mktemp("texts") / "model"
    save_texts(folder)
    save_index(
        folder,
        "StableDiffusion3Pipeline",
        tiny_sd3.SCHEDULER,
        text_encoder="transformers.CLIPTextModelWithProjection",
        text_encoder_2="transformers.CLIPTextModelWithProjection",
        text_encoder_3="transformers.T5EncoderModel",
        tokenizer="transformers.CLIPTokenizer",
        tokenizer_2="transformers.CLIPTokenizer",
        tokenizer_3="transformers.T5TokenizerFast",
    )
    return folder


def weights_of(folder: Path, part: str) -> Weights:
    return load_file(folder / part / "model.safetensors")


def file_of(folder: Path, part: str) -> File:
    path = folder / part / "model.safetensors"
    return File(path, str(path))


def saved(path: Path, weights: Weights) -> File:
    save_file({name: value.contiguous().clone() for name, value in weights.items()}, path)
    return File(path, str(path))


def named(folder: Path) -> Folder:
    return Folder(folder, str(folder))


def built(handle: Any) -> Any:
    """The module that a handle describes; digests are paths here."""
    return handle.load(Path)


def says(handle: Any) -> list[torch.Tensor]:
    """What encoders say of a text."""
    found = parity.encode(OnDevice(handle, built(handle)), "a fish").items[0]
    assert found.pooled is not None
    return [found.text(), found.pooled]


def assert_same(made: Any, expected: Any) -> None:
    ours, theirs = made.state_dict(), expected.state_dict()
    assert ours.keys() == theirs.keys()
    assert all(torch.equal(ours[name], theirs[name]) for name in ours)


def test_a_folder_need_hold_nothing_else(tmp_path: Path) -> None:
    folder = tiny_sd3.save(tmp_path / "model")
    whole = parity.encode(loaded_from(folder).text_encoder, "a fish").items[0]
    for part in ("transformer", "vae", "scheduler"):
        shutil.rmtree(folder / part)

    handle = text_encoders(named(folder))
    assert handle == TextEncoder(str(folder), "text_encoder", "sd3")
    assert texts_family(folder) == {"F": "sd3"}
    assert torch.equal(says(handle)[0], whole.text())


@pytest.mark.parametrize("order", [(L, G, T5), (T5, L, G)])
def test_files_in_any_order_say_what_their_folder_says(order: tuple[str, ...], folder: Path) -> None:
    first, second, third = (file_of(folder, part) for part in order)

    handle = text_encoders(named(folder), first, second, third)
    assert texts_family(folder, first.path, second.path, third.path) == {"F": handle.family} == {"F": "sd3"}
    ours, theirs = says(handle), says(text_encoders(named(folder)))
    assert all(torch.equal(one, other) for one, other in zip(ours, theirs, strict=True))


def test_stable_diffusion_3_does_without_t5_where_it_is_told_its_family(folder: Path) -> None:
    handle = text_encoders(None, file_of(folder, L), file_of(folder, G), family="sd3")

    made = built(handle)
    assert list(made) == [L, G]
    assert [made.tokenizers[part].pad_token for part in made] == ["<|endoftext|>", "!"]


def test_clip_without_a_projection_is_projected_by_nothing(folder: Path, tmp_path: Path) -> None:
    """As diffusers makes of the CLIP-L in files of Stable Diffusion 3."""
    weights = weights_of(folder, L)
    del weights["text_projection.weight"]
    alone = saved(tmp_path / "clip_l.safetensors", weights)

    made = built(text_encoders(None, alone, file_of(folder, G), family="sd3"))
    assert torch.equal(made[L].text_projection.weight, torch.eye(768))


def test_stable_diffusion_1_and_flux_read_clip_without_its_projection(folder: Path) -> None:
    handle = text_encoders(None, file_of(folder, L))

    assert handle.family == "sd1"
    assert "text_projection.weight" not in built(handle)[L].state_dict()


def test_openclips_names_are_those_of_transformers_in_the_end(folder: Path, tmp_path: Path) -> None:
    alone = saved(tmp_path / "clip_g.safetensors", dict(as_openclip(weights_of(folder, G))))

    made, expected = (built(text_encoders(None, one)) for one in (alone, file_of(folder, G)))
    assert_same(made, expected)
    assert text_encoders(None, alone).family == "sdxl"


@pytest.mark.parametrize("scaled", [False, True])
def test_float8_is_read_with_its_scales(scaled: bool, folder: Path, tmp_path: Path) -> None:
    """A scale is that of the whole tensor; the biases of positions and the norms have none."""
    small, expected = Weights(), Weights()
    for name, value in weights_of(folder, T5).items():
        scale = value.abs().max() / 448 if scaled and name.endswith(("q.weight", "wo.weight")) else None
        small[name] = (value if scale is None else value / scale).to(torch.float8_e4m3fn)
        expected[name] = small[name].float() * (1 if scale is None else scale)
        if scale is not None:
            small[name.replace(".weight", ".scale_weight")] = scale
    more = {"scaled_fp8": torch.zeros(0, dtype=torch.float8_e4m3fn)} if scaled else {}
    file = saved(tmp_path / "t5xxl_fp8_e4m3fn.safetensors", small | more)

    made = built(text_encoders(named(folder), file, family="ltx"))[L]
    assert all(
        torch.equal(value, expected[name]) for name, value in made.state_dict().items() if name in expected
    )


def test_scales_of_blocks_are_refused(folder: Path, tmp_path: Path) -> None:
    weights = weights_of(folder, T5)
    odd = {"encoder.block.0.layer.0.SelfAttention.q.weight_scale": torch.ones(32, 2)}
    file = saved(tmp_path / "t5.safetensors", weights | odd)

    with pytest.raises(CheckpointRefused, match="expected one scale for each tensor in float8"):
        built(text_encoders(named(folder), file, family="ltx"))


def test_half_precision_keeps_in_float32_what_transformers_does(folder: Path) -> None:
    made = built(text_encoders(named(folder), file_of(folder, T5), family="ltx", dtype="float16"))[L]

    kinds = {name.rpartition(".wo.")[1]: value.dtype for name, value in made.state_dict().items()}
    assert kinds == {"": torch.float16, ".wo.": torch.float32}


def test_gguf_is_t5_with_the_weights_that_its_blocks_stand_for(tmp_path: Path, folder: Path) -> None:
    from transformers import T5Config, T5EncoderModel

    sizes: dict[str, Any] = {"vocab_size": 128, "d_model": 32, "d_kv": 32, "d_ff": 64, "num_heads": 2}
    torch.manual_seed(0)
    model: Any = T5EncoderModel(T5Config(**sizes, num_layers=2, feed_forward_proj="gated-gelu")).eval()
    path = tmp_path / "t5.gguf"
    quantised_t5(path, model, "t5")

    made = built(text_encoders(named(folder), File(path, str(path)), family="ltx"))[L]
    ids = torch.arange(20)[None]
    with torch.no_grad():
        assert torch.allclose(made(ids)[0], model(ids)[0], atol=0.05)
    wanted = model.encoder.block[1].layer[1].DenseReluDense.wi_0.weight
    assert_dequantised(made.encoder.block[1].layer[1].DenseReluDense.wi_0.weight, wanted)


def assert_dequantised(made: torch.Tensor, plain: torch.Tensor) -> None:
    from gguf import GGMLQuantizationType
    from gguf.quants import dequantize, quantize

    kind = GGMLQuantizationType.Q8_0
    expected = dequantize(quantize(plain.detach().numpy(), kind), kind)
    assert torch.equal(made, torch.from_numpy(expected))


def pieces() -> bytes:
    """A SentencePiece model of a few words, with T5's tokens."""
    from sentencepiece import SentencePieceTrainer

    words = WORDS.split()
    made = io.BytesIO()
    SentencePieceTrainer.train(
        sentence_iterator=iter([" ".join(words[at:] + words[:at]) for at in range(len(words))]),
        model_writer=made,
        vocab_size=40,
        pad_id=0,
        eos_id=1,
        unk_id=2,
        bos_id=-1,
        minloglevel=2,
    )
    return made.getvalue()


def umt5(path: Path, **more: torch.Tensor) -> tuple[File, Any]:
    from transformers import UMT5Config, UMT5EncoderModel

    sizes: dict[str, Any] = {"vocab_size": 64, "d_model": 32, "d_kv": 8, "d_ff": 37, "num_heads": 4}
    torch.manual_seed(0)
    model: Any = UMT5EncoderModel(UMT5Config(**sizes, num_layers=2, feed_forward_proj="gated-gelu")).eval()
    return saved(path, {**model.state_dict(), **more}), model


def test_umt5_carries_its_tokenizer_as_comfyui_shares_it(tmp_path: Path) -> None:
    from sentencepiece import SentencePieceProcessor

    proto: Any = pieces()
    carried = torch.frombuffer(bytearray(proto), dtype=torch.uint8)
    file, model = umt5(tmp_path / "umt5_xxl.safetensors", spiece_model=carried)

    handle = text_encoders(None, file)
    made = built(handle)
    assert handle.family == "wan"
    assert_same(made[L], model)
    processor: Any = SentencePieceProcessor
    expected = processor(model_proto=proto).encode("a red fish")
    assert made.tokenizers[L]("a red fish").input_ids == [*expected, 1]


def test_a_tokenizer_may_be_a_sentencepiece_model_in_a_folder(tmp_path: Path) -> None:
    from sentencepiece import SentencePieceProcessor

    file, _ = umt5(tmp_path / "umt5_xxl.safetensors")
    place, proto = tmp_path / "umt5", pieces()
    place.mkdir()
    (place / "spiece.model").write_bytes(proto)

    made = built(text_encoders(named(place), file))
    processor: Any = SentencePieceProcessor
    assert made.tokenizers[L]("the blue fish").input_ids == [
        *processor(model_proto=proto).encode("the blue fish"),
        1,
    ]


def test_a_missing_tokenizer_says_where_to_put_it(folder: Path, tmp_path: Path) -> None:
    file, place = file_of(folder, T5), tmp_path / "clip"
    shutil.copytree(folder / "tokenizer", place / "tokenizer")

    expected = r"expected the tokenizer of T5 \(spiece\.model or tokenizer\.json\), got "
    cure = r".*put it into a folder .* google/t5-v1_1-xxl"
    with pytest.raises(CheckpointRefused, match=f"{expected}no folder that has it{cure}"):
        text_encoders(None, file, family="ltx")
    with pytest.raises(CheckpointRefused, match=f"{expected}none in clip{cure}"):
        text_encoders(named(place), file, family="ltx")


WIDTHS = {"clip_l": 768, "clip_h": 1024, "clip_g": 1280}


@pytest.mark.parametrize(
    ("names", "family"),
    [
        (("clip_l",), "sd1"),
        (("clip_h",), "sd2"),
        (("clip_g",), "sdxl"),
        (("clip_g", "clip_l"), "sdxl"),
        (("t5xxl", "clip_l"), "flux"),
        (("clip_g", "t5xxl", "clip_l"), "sd3"),
        (("umt5_xxl",), "wan"),
    ],
)
def test_encoders_tell_the_family_that_has_just_these(
    names: tuple[str, ...], family: str, tmp_path: Path
) -> None:
    paths: list[Path] = []
    for name in names:
        shapes: dict[str, tuple[int, ...]] = {
            "shared.weight": (256384 if name == "umt5_xxl" else 32128, 4096),
            "encoder.block.0.layer.0.SelfAttention.q.weight": (4096, 4096),
        }
        if name in WIDTHS:
            shapes = {"text_model.embeddings.token_embedding.weight": (49408, WIDTHS[name])}
        paths.append(writing.safetensors(tmp_path / f"{name}.safetensors", shapes))

    assert assigned(paths)[0] == family


def test_t5_alone_needs_to_be_told_whose_texts_it_reads(folder: Path) -> None:
    with pytest.raises(CheckpointRefused, match=r"got t5\. Choose the family"):
        text_encoders(named(folder), file_of(folder, T5))


def test_what_a_family_lacks_is_named(folder: Path) -> None:
    with pytest.raises(
        CheckpointRefused, match=r"expected all text encoders of sd3, got clip-l\. .*clip-g, too"
    ):
        text_encoders(named(folder), file_of(folder, L), family="sd3")


def test_something_else_is_refused(tmp_path: Path) -> None:
    path = writing.safetensors(tmp_path / "vae.safetensors", companions.VAE)

    with pytest.raises(CheckpointRefused, match="expected a text encoder of CLIP, T5 or UMT5, got none"):
        text_encoders(None, File(path, ""))


def test_nothing_at_all_is_refused() -> None:
    with pytest.raises(CheckpointRefused, match="got no folder and no file"):
        text_encoders()


def test_weights_that_are_missing_are_named(folder: Path, tmp_path: Path) -> None:
    weights = weights_of(folder, T5)
    del weights["encoder.block.1.layer.0.SelfAttention.k.weight"]
    file = saved(tmp_path / "t5.safetensors", weights)

    with pytest.raises(CheckpointRefused, match=r"got none for encoder\.block\.1\.layer\.0\.SelfAtt"):
        built(text_encoders(named(folder), file, family="ltx"))


def test_the_file_of_a_whole_model_gives_its_encoders(folder: Path, tmp_path: Path) -> None:
    places = {L: "text_encoders.clip_l.transformer.", G: "text_encoders.clip_g.transformer."}
    whole = {
        f"{place}{name}": value
        for part, place in places.items()
        for name, value in weights_of(folder, part).items()
    } | {"model.diffusion_model.joint_blocks.0.x_block.attn.qkv.weight": torch.zeros(1)}
    file = saved(tmp_path / "sd3_incl_clips.safetensors", whole)

    made = built(text_encoders(None, file, family="sd3"))
    assert_same(made, built(text_encoders(None, file_of(folder, L), file_of(folder, G), family="sd3")))
