"""Links by the pointer: taken by their ends, refused with a reason, let go on cards, moved together."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, expect

from tests.cli.served import Served
from tests.e2e.editor import Editor, Node, Point, middle
from tests.e2e.placed import placed


def drag(editor: Editor, start: Point, end: Point) -> None:
    """Press at a place and hold on to another; what is held is not let go."""
    mouse = editor.page.mouse
    mouse.move(*start)
    mouse.down()
    mouse.move((start[0] + end[0]) / 2, (start[1] + end[1]) / 2, steps=4)
    mouse.move(*end, steps=4)


def pull(editor: Editor, start: Locator, end: Locator) -> None:
    """Drag from one element to another."""
    drag(editor, middle(start), middle(end))
    editor.page.mouse.up()


def expect_links(editor: Editor, *ids: str) -> None:
    """Wait until there are just these links."""
    expect(editor.links()).to_have_count(len(ids))
    for one in ids:
        expect(editor.canvas.locator(f'.react-flow__edge[data-id="{one}"]')).to_have_count(1)


Three = tuple[Node, Node, Node]


@pytest.fixture
def pictures(editor: Editor, server: Served) -> Three:
    """Two nodes that load a picture, and one that blends two."""
    load = {"type": "image.load"}
    one, other, blend = placed(
        editor,
        server,
        ((40, 60), "load", load),
        ((40, 360), "load_2", load),
        ((640, 60), "blend", {"type": "image.blend"}),
    )
    return one, other, blend


def test_a_link_is_taken_by_the_input_it_ends_in(editor: Editor, pictures: Three) -> None:
    one, _, blend = pictures
    editor.link(one.output(), blend.input("a"))
    pull(editor, blend.input("a"), blend.input("b"))
    expect_links(editor, "load.out>blend.b#0")

    drag(editor, middle(blend.input("b")), (600, 600))
    editor.page.mouse.up()
    expect_links(editor)
    expect(editor.add_menu).to_be_hidden()


def test_a_port_says_why_it_refuses_a_link(editor: Editor, pictures: Three) -> None:
    one, _, blend = pictures
    drag(editor, middle(one.output()), middle(blend.input("amount")))
    expect(editor.canvas.get_by_text("Image does not fit float.")).to_be_visible()
    expect(blend.input("a")).to_have_class(re.compile("port--valid"))
    expect(blend.input("amount")).to_have_class(re.compile("port--refused"))
    editor.page.mouse.up()
    expect_links(editor)


def test_a_link_let_go_on_a_card_goes_to_the_first_free_port(editor: Editor, pictures: Three) -> None:
    one, other, blend = pictures
    for source in (one, other):
        before = editor.links().count()
        pull(editor, source.output(), blend.card.locator(".card__picture"))
        expect(editor.links()).to_have_count(before + 1)
    expect_links(editor, "load.out>blend.a#0", "load_2.out>blend.b#0")


def test_all_links_of_an_output_move_together(editor: Editor, pictures: Three) -> None:
    one, other, blend = pictures
    editor.link(one.output(), blend.input("a"))
    editor.link(one.output(), blend.input("b"))
    moved = ("load_2.out>blend.a#0", "load_2.out>blend.b#0")

    editor.page.keyboard.down("Shift")
    pull(editor, one.output(), other.output())
    editor.page.keyboard.up("Shift")
    expect_links(editor, *moved)

    editor.page.keyboard.press("Control+z")
    expect_links(editor, "load.out>blend.a#0", "load.out>blend.b#0")

    one.card.locator('[data-port="out"] .row__label').click(button="right")
    editor.page.get_by_role("menuitem", name="Move all 2 links").click()
    editor.page.get_by_role("dialog", name="Move the links of load.out to").get_by_role("option").click()
    expect_links(editor, *moved)


def test_a_node_let_go_on_a_link_is_put_into_it_in_one_step(editor: Editor, pictures: Three) -> None:
    one, _, blend = pictures
    editor.link(one.output(), blend.input("a"))
    invert = editor.add_node("image.invert", at=(380, 420))
    before = invert.card.bounding_box()
    drag(editor, middle(invert.title), middle(editor.links()))
    editor.page.mouse.up()
    expect_links(editor, "load.out>invert.image#0", "invert.out>blend.a#0")

    editor.page.keyboard.press("Control+z")
    expect_links(editor, "load.out>blend.a#0")
    assert invert.card.bounding_box() == before


def test_a_port_becomes_an_input_of_the_graph_by_letting_its_link_go(editor: Editor, pictures: Three) -> None:
    _, _, blend = pictures
    drag(editor, middle(blend.input("amount")), (560, 600))
    editor.page.mouse.up()
    editor.add_menu.get_by_role("option", name="Make an input of the graph").click()
    expect(blend.card.locator(".row__widget--fed")).to_have_count(1)


def test_a_reroute_point_is_put_into_a_link_and_leaves_it(editor: Editor, pictures: Three) -> None:
    one, _, blend = pictures
    editor.link(one.output(), blend.input("a"))
    editor.page.mouse.click(*middle(editor.links()), button="right")
    editor.page.get_by_role("menuitem", name="Add reroute point").click()
    expect_links(editor, "load.out>reroute.value#0", "reroute.out>blend.a#0")

    editor.canvas.get_by_label("Reroute point", exact=True).click()
    editor.page.keyboard.press("Delete")
    expect_links(editor, "load.out>blend.a#0")


def test_links_are_hidden_and_shown_again(editor: Editor, pictures: Three) -> None:
    one, _, blend = pictures
    editor.link(one.output(), blend.input("a"))
    editor.page.keyboard.press("Shift+H")
    expect_links(editor)
    expect(blend.card).to_be_visible()
    editor.page.keyboard.press("Shift+H")
    expect_links(editor, "load.out>blend.a#0")
