"""What the page calls models: there is a name for every kind that is recognised, and every family."""

from __future__ import annotations

import re
from pathlib import Path

from engine.declare.recognised import UNKNOWN
from nodes.families import FAMILIES
from nodes.recognise.signatures import ARCHITECTURES, CLASSES, PIPELINES, PREFIXES, pairs

PAGE = (Path(__file__).parents[2] / "ui" / "src" / "widgets" / "models.ts").read_text("utf-8")
MADE_OF_OTHERS = ("checkpoint", "pipeline", "lora", "embedding")
"""Kinds that are told by more than their tensors' names."""
NO_FAMILY = "unet"
"""Stands for whichever family a U-Net's widths tell."""


def named(*tables: str) -> set[str]:
    """The keys of tables of the page."""
    found = [re.search(rf"^const {table}\b[^{{]*{{$(.*?)^}}$", PAGE, re.M | re.S) for table in tables]
    assert all(found)
    rows = [re.findall(r"^  (?:'([\w-]+)'|([\w-]+)): '", one[1], re.M) for one in found if one]
    return {quoted or plain for row in rows for quoted, plain in row}


def test_every_kind_has_a_name() -> None:
    kinds = {*PREFIXES, *(kind for _, kind in pairs(CLASSES)), *MADE_OF_OTHERS}
    assert kinds - named("KINDS", "NAMES") == set()
    assert f"const UNKNOWN = '{UNKNOWN}'" in PAGE
    assert "  [UNKNOWN]: '" in PAGE


def test_every_family_of_a_pipeline_has_a_name() -> None:
    families = {family for table in (PIPELINES, ARCHITECTURES) for _, family in pairs(table)}
    families |= {family.name for family in FAMILIES}
    assert families - named("FAMILIES") == {NO_FAMILY}
