"""Pieces of speech with times, and subtitles made of them."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import Literal

from engine import node


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of what was said.

    Attributes:
        start: Where it begins, in seconds.
        end: Where it ends, in seconds.
        text: The words.
    """

    start: float
    end: float
    text: str


@node("speech.subtitles")
def subtitles(segments: list[Segment], format: Literal["WebVTT", "SubRip"] = "WebVTT") -> str:
    """Write segments as subtitles; those without words are left out.

    Args:
        segments: In the order of their times.
        format: WebVTT (https://www.w3.org/TR/webvtt1/) for browsers, SubRip (``.srt``) for players.
    """
    vtt = format == "WebVTT"
    cues = [
        f"{_clock(one.start, vtt)} --> {_clock(one.end, vtt)}\n{_line(one.text, vtt)}\n"
        for one in segments
        if one.text.strip()
    ]
    if vtt:
        return "\n".join(["WEBVTT\n", *cues])
    return "\n".join(f"{number}\n{cue}" for number, cue in enumerate(cues, 1))


def _line(text: str, vtt: bool) -> str:
    line = " ".join(text.split())
    return escape(line, quote=False) if vtt else line


def _clock(seconds: float, vtt: bool) -> str:
    whole = round(seconds * 1000)
    minutes, rest = divmod(whole, 60_000)
    sign = "." if vtt else ","
    return f"{minutes // 60:02}:{minutes % 60:02}:{rest // 1000:02}{sign}{rest % 1000:03}"
