from nodes.speech.segments import Segment, subtitles

SEGMENTS = [
    Segment(0.0, 2.5, " Good  evening,\nladies "),
    Segment(2.5, 3.0, "  "),
    Segment(3661.0, 3662.0004, "a < b & c"),
]


def test_segments_become_webvtt() -> None:
    assert subtitles(SEGMENTS) == (
        "WEBVTT\n\n"
        "00:00:00.000 --> 00:00:02.500\nGood evening, ladies\n\n"
        "01:01:01.000 --> 01:01:02.000\na &lt; b &amp; c\n"
    )


def test_segments_become_subrip() -> None:
    assert subtitles(SEGMENTS, "SubRip") == (
        "1\n00:00:00,000 --> 00:00:02,500\nGood evening, ladies\n\n"
        "2\n01:01:01,000 --> 01:01:02,000\na < b & c\n"
    )


def test_no_segments_are_an_empty_file_of_subtitles() -> None:
    assert subtitles([]) == "WEBVTT\n"
