"""Text to image, built from an empty canvas."""

from __future__ import annotations

from tests.e2e.editor import Editor
from tests.e2e.keyboard import Keyboard

COLUMNS = (20, 290, 560, 830, 1100)


def test_text_to_image_is_built_by_mouse(editor: Editor) -> None:
    editor.new_graph()
    editor.close_panels()
    load = editor.add_node("load.diffusers", at=(COLUMNS[0], 20))
    positive = editor.add_node("text.encode", at=(COLUMNS[1], 20))
    negative = editor.add_node("text.encode", at=(COLUMNS[1], 380))
    noise = editor.add_node("latent.noise", at=(COLUMNS[2], 20))
    sampler = editor.add_node("library/sampler.json", at=(COLUMNS[3], 20))
    decode = editor.add_node("vae.decode", at=(COLUMNS[4], 20))
    editor.show_everything()

    for encode, port in ((positive, "positive"), (negative, "negative")):
        editor.link(load.output("text_encoder"), encode.input("encoder"))
        editor.link(encode.output(), sampler.input(port))
    editor.link(load.output("vae"), noise.input("vae"))
    editor.link(load.output("denoiser"), sampler.input("denoiser"))
    editor.link(load.output("scheduler"), sampler.input("model"))
    editor.link(noise.output("latent"), sampler.input("noise"))
    editor.link(noise.output("rng"), sampler.input("rng"))
    editor.link(load.output("vae"), decode.input("vae"))
    editor.link(sampler.output("latent"), decode.input("latent"))
    positive.type("text", "a red apple")
    noise.type("width", "64")
    noise.type("height", "64")

    editor.run()
    editor.wait_done()
    decode.expect_picture()


def test_text_to_image_is_built_by_keyboard_alone(editor: Editor) -> None:
    keyboard = Keyboard(editor)
    editor.new_graph()
    load = keyboard.add("load.diffusers")
    positive = keyboard.add("text.encode")
    negative = keyboard.add("text.encode")
    noise = keyboard.add("latent.noise")
    sampler = keyboard.add("library/sampler.json")
    decode = keyboard.add("vae.decode")
    editor.command("Arrange")
    editor.command("Show everything")

    for encode, port in ((positive, "positive"), (negative, "negative")):
        keyboard.link(encode, "encoder", load, "text_encoder")
        keyboard.link(sampler, port, encode, "out")
    keyboard.link(noise, "vae", load, "vae")
    keyboard.link(sampler, "denoiser", load, "denoiser")
    keyboard.link(sampler, "model", load, "scheduler")
    keyboard.link(sampler, "noise", noise, "latent")
    keyboard.link(sampler, "rng", noise, "rng")
    keyboard.link(decode, "vae", load, "vae")
    keyboard.link(decode, "latent", sampler, "latent")
    keyboard.fill(positive, "text", "a red apple")
    keyboard.fill(noise, "width", "64")
    keyboard.fill(noise, "height", "64")

    keyboard.run()
    editor.wait_done()
    keyboard.go_to(decode)
    keyboard.press("Enter")
    decode.expect_picture()
