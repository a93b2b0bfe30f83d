"""Models of two families are not linked with each other, and their licences are told."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.cli.served import Served
from tests.e2e.editor import Editor
from tests.nodes.diffusion import tiny
from tests.nodes.families import tiny_pixels


@pytest.fixture(scope="module", autouse=True)
def models(workspace: Path) -> None:
    """Two models, and a graph that draws with one of them and has a decoder of the other."""
    tiny.save(workspace / "broad", cross_attention_dim=768)
    tiny.save(workspace / "narrow")
    tiny_pixels.save_dit(workspace / "classes")
    nodes: dict[str, Any] = {
        "one": {"type": "load.diffusers", "params": {"folder": "broad"}},
        "two": {"type": "load.diffusers", "params": {"folder": "narrow"}},
        "noise": {"type": "latent.noise", "links": {"vae": "one.vae"}},
        "decode": {"type": "vae.decode", "links": {"vae": "two.vae"}},
    }
    places = {"one": [0, 0], "two": [0, 300], "noise": [320, 0], "decode": [640, 0]}
    view = {name: {"at": place} for name, place in places.items()}
    graph = {"knotwork": 1, "nodes": nodes, "view": view}
    (workspace / "families.json").write_text(json.dumps(graph), encoding="utf-8")


def test_a_latent_is_refused_by_the_decoder_of_another_family(editor: Editor, server: Served) -> None:
    editor.open_file("families")
    editor.show_everything()
    noise, decode = editor.node("noise"), editor.node("decode")
    latent, taken = noise.output("latent"), decode.input("latent")
    decode.title.click()
    inspector = editor.page.locator(".inspector")
    expect(inspector).to_contain_text("Latent[sd-32-4]")
    noise.title.click()
    expect(inspector).to_contain_text("Latent[sd1]")
    latent.hover()
    expect(noise.card.get_by_title("Latent[sd1]")).to_be_visible()

    editor.drag(latent, taken)
    toasts = editor.page.get_by_test_id("toasts")
    expect(toasts).to_contain_text("Latent[sd1] does not fit Latent[sd-32-4]")
    expect(editor.links()).to_have_count(2)

    decode.title.click()
    choose(server, "two", "broad")
    expect(inspector).not_to_contain_text("Latent[sd-32-4]")
    editor.link(latent, taken)


def test_a_card_wears_a_flag_while_it_loads_weights_that_are_restricted(
    editor: Editor, server: Served
) -> None:
    editor.open_file("families")
    editor.show_everything()
    two = editor.node("two")
    flag = two.card.get_by_role("img", name="Use is restricted")
    two.title.click()
    inspector = editor.page.locator(".inspector")
    expect(inspector).to_contain_text("load.diffusers")
    expect(flag).to_have_count(0)

    choose(server, "two", "classes")
    terms = "DiT, class-conditional: CC-BY-NC 4.0: non-commercial"
    expect(flag).to_have_attribute("title", f"Use is restricted. {terms}")
    expect(inspector.get_by_role("region", name="Licence of the weights")).to_contain_text(terms)


def choose(server: Served, loader: str, folder: str) -> None:
    """Choose another model, as somebody else who has the graph open."""
    [session] = [one["id"] for one in server.get("/api/sessions").json() if one["name"] == "families.json"]
    operation = {"op": "set_param", "name": loader, "port": "folder", "value": folder}
    edit = {"client": "another", "token": f"choose {folder}", "operations": [operation]}
    assert server.post(f"/api/sessions/{session}/edit", edit).is_success
