from engine.declare.docstring import read_help


def test_text_before_the_first_section_is_the_help() -> None:
    text, _ = read_help("One line.\n\n    More\n    lines.\n\n    Args:\n        x: It.\n    ")
    assert text == "One line.\n\nMore\nlines."


def test_entries_of_a_section_are_read_by_name() -> None:
    _, entries = read_help("""Do.

        Args:
            x: The first.
            y (int): The second,
                on two lines.
            *more: The rest.

        Returns:
            z: Nothing of the kind.
        """)
    assert entries == {"x": "The first.", "y": "The second, on two lines.", "more": "The rest."}


def test_another_section_can_be_asked_for() -> None:
    _, entries = read_help("A.\n\n    Attributes:\n        a: One.\n    ", section="Attributes")
    assert entries == {"a": "One."}


def test_a_colon_inside_a_continuation_begins_no_entry() -> None:
    _, entries = read_help("A.\n\n    Args:\n        x: One of\n            these: a, b.\n    ")
    assert entries == {"x": "One of these: a, b."}


def test_no_docstring_is_no_help() -> None:
    assert read_help("") == ("", {})
