from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file

from engine import File, OnDevice
from engine.errors import ValueRefused
from engine.run.residency import Pool
from nodes.checkpoints.refusal import CheckpointRefused
from nodes.diffusion.encode import encode
from nodes.diffusion.reading import Reading
from nodes.patches.words import embedding, embedding_family
from nodes.values import Conditioning, Patch, TextEncoder
from tests.nodes.diffusion import tiny
from tests.nodes.families import parity, tiny_sdxl
from tests.nodes.patches.loras import finder, tensors_of

PROMPT = "a photo of a <cat-toy> on a beach"
SD = TextEncoder("sd", "text_encoder", "sd-32-4")


def vectors(count: int, width: int = tiny.TEXT_WIDTH, seed: int = 0) -> torch.Tensor:
    return torch.randn(count, width, generator=torch.Generator().manual_seed(seed))


def saved(path: Path, tree: Mapping[str, Any]) -> File:
    if path.suffix == ".safetensors":
        save_file(dict(tree), path)
    else:
        torch.save(dict(tree), path)
    return File(path, path.stem)


def encoded(handle: TextEncoder[Any], text: str, folder: Path, *files: File) -> Conditioning[Any]:
    return encode(OnDevice(handle, handle.load(finder(folder, *files))), text)


def expected_of(pipeline: Any, prompt: str = PROMPT) -> torch.Tensor:
    return pipeline.encode_prompt(prompt, "cpu", 1, False)[0]


def test_the_layout_of_a1111(folder: Path, tmp_path: Path) -> None:
    tree = {"string_to_token": {"*": 265}, "string_to_param": {"*": vectors(3)}, "name": "<cat-toy>"}
    file = saved(tmp_path / "toy.pt", tree)
    pipeline = parity.pipeline_of(folder)
    pipeline.load_textual_inversion(tree)

    found = encoded(embedding(SD, file), PROMPT, folder, file).items[0].text()
    assert torch.equal(found, expected_of(pipeline))
    assert not torch.equal(found, encoded(SD, PROMPT, folder).items[0].text())


def test_several_words_in_one_text(folder: Path, tmp_path: Path) -> None:
    files = [
        saved(tmp_path / f"word{count}.safetensors", {"emb_params": vectors(count, seed=count)})
        for count in (1, 2)
    ]
    pipeline, handle = parity.pipeline_of(folder), SD
    for file in files:
        pipeline.load_textual_inversion(str(file.path), token=file.path.stem)
        handle = embedding(handle, file)

    prompt = "word2, of word1 and word2"
    found = encoded(handle, prompt, folder, *files).items[0].text()
    assert torch.equal(found, expected_of(pipeline, prompt))


def test_the_layout_of_diffusers(tmp_path: Path) -> None:
    """Its file says the word; told apart from other vectors by its width."""
    file = saved(tmp_path / "learned_embeds.bin", {"<cat-toy>": vectors(1, 768)[0]})

    patched = embedding(TextEncoder("", "text_encoder", "sd1"), file)
    assert patched.patches[0].word == "<cat-toy>"
    assert embedding_family(file.path) == {"F": "sd1"}
    with pytest.raises(CheckpointRefused, match="expected a word for sdxl, got one for sd1"):
        embedding(TextEncoder("", "text_encoder", "sdxl"), file)


def test_vectors_for_both_encoders_of_stable_diffusion_xl(tmp_path: Path) -> None:
    folder = tiny_sdxl.save(tmp_path / "sdxl")
    both = {"clip_l": vectors(2), "clip_g": vectors(2, seed=1)}
    file = saved(tmp_path / "toy.safetensors", both)
    pipeline = parity.pipeline_of(folder)
    for key, number in (("clip_l", ""), ("clip_g", "_2")):
        parts = {name: getattr(pipeline, name + number) for name in ("text_encoder", "tokenizer")}
        pipeline.load_textual_inversion({key: both[key]}, token="<cat-toy>", **parts)

    handle = embedding(TextEncoder("sdxl", "text_encoder", "sdxl"), file, "<cat-toy>")
    found = encoded(handle, PROMPT, folder, file).items[0]
    expected = pipeline.encode_prompt(PROMPT, device="cpu", do_classifier_free_guidance=False)
    assert torch.equal(found.text(), expected[0])
    assert found.pooled is not None
    assert torch.equal(found.pooled, expected[2])


def test_a_word_counts_by_its_weight(folder: Path, tmp_path: Path) -> None:
    file = saved(tmp_path / "toy.safetensors", {"emb_params": vectors(2)})
    handle = embedding(SD, file, "<cat-toy>")
    held = OnDevice(handle, handle.load(finder(folder, file)))

    plain, heavy = (
        encode(held, text, weighting="comfy").items[0].text() for text in ("a <cat-toy>", "a (<cat-toy>:1.5)")
    )
    changed = (plain != heavy).any(dim=-1)[0]
    assert changed.nonzero().flatten().tolist() == [2, 3]  # behind the start and the letter


def test_a_word_counts_by_its_weight_in_encoders_that_read_a_text_at_once(
    folder: Path, tmp_path: Path
) -> None:
    """Three tokens of three vectors, behind the start and the letter."""
    file = saved(tmp_path / "toy.safetensors", {"emb_params": vectors(3)})
    handle = embedding(SD, file, "<cat-toy>")
    encoders = handle.load(finder(folder, file))

    found = Reading(encoders, "comfy").tokens("text_encoder", "a (<cat-toy>:1.5) b")
    expected = Reading(encoders).tokens("text_encoder", "a <cat-toy> b")
    assert torch.equal(found.input_ids, expected.input_ids)
    assert list(found.weights) == [1, 1, 1.5, 1.5, 1.5, *[1] * 72]


def test_without_the_word_the_encoder_is_as_it_was(folder: Path, tmp_path: Path) -> None:
    file = saved(tmp_path / "toy.safetensors", {"emb_params": vectors(2)})
    pool, knowing = Pool(finder(folder, file), {}), embedding(SD, file, "<cat-toy>")

    def asked(handle: TextEncoder[Any]) -> torch.Tensor:
        with pool.acquire(handle, "cpu") as resident:
            held = OnDevice(handle, resident.model)
            assert len(held.model["text_encoder"].get_input_embeddings().weight) == 514 + 2 * len(
                handle.patches
            )
            return encode(held, PROMPT).items[0].text()

    found = [asked(handle) for handle in (SD, knowing, SD, knowing)]
    assert torch.equal(found[0], found[2])
    assert torch.equal(found[1], found[3])
    assert torch.equal(found[0], encoded(SD, PROMPT, folder).items[0].text())


def test_a_word_is_read_once_whatever_else_changes(folder: Path, tmp_path: Path) -> None:
    file = saved(tmp_path / "toy.safetensors", {"emb_params": vectors(2)})
    lora = saved(tmp_path / "lora.safetensors", lora_of(folder))
    find, asked = finder(folder, file, lora), list[str]()

    def counted(digest: str) -> Path:
        asked.append(digest)
        return find(digest)

    pool, knowing = Pool(counted, {}), embedding(SD, file, "<cat-toy>")
    patches = [(*knowing.patches, Patch("lora", lora.digest, scale)) for scale in (0.5, 0.8)]
    found: list[torch.Tensor] = []
    for handle in (replace(SD, patches=some) for some in patches):
        with pool.acquire(handle, "cpu") as resident:
            found.append(encode(OnDevice(handle, resident.model), PROMPT).items[0].text())
    assert sorted(asked) == ["lora", "sd", "toy"]
    assert not torch.equal(*found)
    assert torch.equal(
        found[1], encoded(replace(SD, patches=patches[1]), PROMPT, folder, file, lora).items[0].text()
    )


def lora_of(folder: Path) -> dict[str, torch.Tensor]:
    return tensors_of({"text_encoder": SD.load(lambda _: folder)["text_encoder"]}, "kohya")


def test_vectors_of_another_width_are_refused(folder: Path, tmp_path: Path) -> None:
    file = saved(tmp_path / "toy.safetensors", {"emb_params": vectors(1, 33)})

    with pytest.raises(CheckpointRefused, match=r"toy.safetensors: expected vectors 32 wide, got 33\."):
        encoded(embedding(SD, file), PROMPT, folder, file)


def test_a_word_that_is_known_is_refused(folder: Path, tmp_path: Path) -> None:
    file = saved(tmp_path / "toy.safetensors", {"emb_params": vectors(1)})

    with pytest.raises(CheckpointRefused, match="expected a word that it doesn't know, got 'a'"):
        encoded(embedding(SD, file, "a"), PROMPT, folder, file)


@pytest.mark.parametrize("word", ["two words", "x" * 101])
def test_a_word_has_no_spaces_and_an_end(word: str, tmp_path: Path) -> None:
    file = saved(tmp_path / "toy.safetensors", {"emb_params": vectors(1)})

    with pytest.raises(ValueRefused, match="expected a word of up to 100 signs without spaces"):
        embedding(SD, file, word)
