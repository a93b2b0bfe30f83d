"""The models of a ComfyUI folder: found, given to cards, put onto the canvas."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

from engine.settings import BUILT_IN
from tests.cli.served import Served, served
from tests.e2e.editor import Editor
from tests.service.samples import safetensors

LAYER = "lora_unet_down_blocks_0_attentions_0_transformer_blocks_0_attn2_to_k"
FLUX = {"double_blocks.0.img_attn.qkv.weight": (12, 4), "guidance_in.in_layer.weight": (4, 4)}
TAGS = {"ss_tag_frequency": json.dumps({"10_ink": {"ink lines": 10, "paper": 4}}), "ss_output_name": "Ink"}


@pytest.fixture(scope="module")
def server(workspace: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server that is pointed at a ComfyUI folder with a LoRA and an upscaler."""
    comfy, home = tmp_path_factory.mktemp("ComfyUI"), tmp_path_factory.mktemp("home")
    for kind in ("checkpoints", "loras", "upscale_models"):
        (comfy / "models" / kind).mkdir(parents=True)
    shapes = {
        f"{LAYER}.lora_down.weight": (4, 768),
        f"{LAYER}.lora_up.weight": (320, 4),
        f"{LAYER}.alpha": (),
    }
    (comfy / "models" / "loras" / "ink.safetensors").write_bytes(safetensors(shapes, TAGS))
    (comfy / "models" / "checkpoints" / "flux.safetensors").write_bytes(safetensors(FLUX))
    for ending in (".safetensors", ".preview.webp"):
        file = BUILT_IN / "nodes" / "models" / f"realesr-animevideov3-x4{ending}"
        shutil.copy(file, comfy / "models" / "upscale_models" / f"large{ending}")
    roots = {"KNOTWORK_HOME": str(home), "KNOTWORK_MODEL_ROOTS": str(comfy)}
    with served("--workspace", str(workspace), **roots, KNOTWORK_DEVICE="cpu") as server:
        yield server


def found(panel: Locator, text: str, name: str) -> Locator:
    """The model that a search finds, with the cursor on it."""
    panel.get_by_role("combobox", name="Search models").fill(text)
    row = panel.get_by_role("listbox", name="Models").get_by_role("option")
    expect(row).to_have_count(1)
    expect(row).to_have_attribute("title", name)
    return row


def test_a_lora_is_found_by_a_trigger_word_which_goes_to_the_prompt(editor: Editor) -> None:
    editor.node("positive").title.click()
    panel = editor.show_panel("Models")
    row = found(panel, "paper", "loras/ink.safetensors")
    expect(row).to_contain_text("LoRA · SD 1.5 · fp32")

    panel.get_by_role("button", name="Add “ink lines” to the prompt").click()
    expect(editor.node("positive").field("Prompt")).to_have_value("a red apple, ink lines")
    editor.undo()
    expect(editor.node("positive").field("Prompt")).to_have_value("a red apple")


def test_a_model_of_a_family_whose_weights_are_restricted_wears_a_flag_and_tells_the_terms(
    editor: Editor,
) -> None:
    panel = editor.show_panel("Models")
    row = found(panel, "flux", "checkpoints/flux.safetensors")
    expect(row.get_by_label("Use is restricted")).to_be_visible()
    expect(panel.get_by_text("FLUX.1 [dev]: non-commercial; [schnell]: Apache-2.0")).to_be_visible()


def test_enter_gives_a_model_to_the_selected_card_and_a_button_adds_its_loader(editor: Editor) -> None:
    name = "upscale_models/large.safetensors"
    editor.node("enlarger").title.click()
    panel = editor.show_panel("Models")
    row = found(panel, "large", name)
    expect(row.locator("img")).to_have_js_property("naturalWidth", 96)
    panel.get_by_role("combobox", name="Search models").press("Enter")
    expect(editor.node("enlarger").field("file")).to_have_text(name)

    before = editor.names()
    panel.get_by_role("button", name="Add “Upscaler”").click()
    expect(editor.added(before).field("file")).to_have_text(name)


def test_a_model_that_is_let_go_on_a_card_is_loaded_there_and_elsewhere_by_a_new_one(editor: Editor) -> None:
    name = "upscale_models/large.safetensors"
    row = found(editor.show_panel("Models"), "large", name)
    row.drag_to(editor.node("enlarger").title)
    expect(editor.node("enlarger").field("file")).to_have_text(name)

    before = editor.names()
    row.drag_to(editor.canvas, target_position={"x": 60, "y": 60})
    expect(editor.added(before).field("file")).to_have_text(name)
