"""``knotwork models``: what lies in the model folders, and what one of the models is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from engine.cli import options, terminal

if TYPE_CHECKING:
    from engine.service.catalogue_records import LicenceRecord, ModelDetailRecord, ModelRecord

WORDS = 5
"""Trigger words in a line."""
Name = Annotated[str | None, typer.Argument(metavar="[NAME]", help="A model, as file params name it.")]
HEAD = ("model", "kind", "family", "precision", "size", "missing", "trigger words", "restricted")


def command(name: Name = None, as_json: options.Json = False) -> None:
    """List the models in the model folders, or tell everything about one; no weight is read."""
    with terminal.refusing(as_json):
        from engine.declare.registry import installed
        from engine.service.licences import licences
        from engine.service.models import Models
        from engine.settings import Settings

        models = Models(Settings.load().model_roots, installed().recognise)
        terms = licences(installed().families())
        one = models.describe(name) if name else None
        found = [one] if one else models.list()
        if as_json:
            terminal.result({"models": [model.model_dump(mode="json") for model in found]})
        elif one:
            _show(one, terms.get(one.family))
        else:
            rows = (_row(model, terms.get(model.family)) for model in found)
            terminal.show_table(HEAD, rows, right=["size"])
    for model in found:
        if model.problem:
            terminal.note(model.problem)


def _row(model: ModelRecord, terms: LicenceRecord | None) -> tuple[str, ...]:
    kind = "damaged" if model.problem else model.kind
    family = f"{model.family} {model.variant}".strip()
    words = ", ".join(model.trigger_words[:WORDS])
    restricted = terms.text if terms and terms.restricted else ""
    size = terminal.size(model.size)
    return model.name, kind, family, _precision(model), size, _missing(model), words, restricted


def _show(model: ModelDetailRecord, terms: LicenceRecord | None) -> None:
    facts = {
        "title": model.title,
        "author": model.author,
        "licence": model.licence,
        "kind": model.kind,
        "format": model.format,
        "layout": model.layout,
        "family": model.family,
        "family's weights": terms.text if terms else "",
        "variant": model.variant,
        "predicts": model.prediction,
        "precision": _precision(model),
        "size": f"{terminal.size(model.size)}, {model.parameters:,} parameters in {model.tensors:,} tensors",
        "missing": _missing(model),
        "trigger words": ", ".join(model.trigger_words),
    }
    print(model.name)
    terminal.show_table(("", ""), [(name, text) for name, text in facts.items() if text])
    if model.parts:
        print("\nParts")
        terminal.show_table(("part", "is"), [(part or "whole", kind) for part, kind in model.parts.items()])


def _precision(model: ModelRecord) -> str:
    """The types of its numbers; where there are several, their shares of the bytes."""
    several = len(model.precision) > 1
    return ", ".join(
        f"{name} {share:.0%}" if several else name
        for name, share in model.precision.items()
        if share >= 0.005 or not several
    )


def _missing(model: ModelRecord) -> str:
    return ", ".join(model.missing)
