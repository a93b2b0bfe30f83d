"""What texts that a model is asked about together have to agree on, such as how fast a film moves."""

from __future__ import annotations

from dataclasses import replace

from nodes.values import Cond


def as_they_are(wanted: list[Cond], unwanted: list[Cond]) -> tuple[list[Cond], list[Cond]]:
    """Texts that need not agree on anything."""
    return wanted, unwanted


def taken_over(name: str, conds: list[Cond], others: list[Cond]) -> list[Cond]:
    """Let texts be told what the first of others is that is told it, where they are told none of their own.

    Args:
        name: Of what they are told, in ``Cond.extra``.
        conds: Who takes it over.
        others: Who may have been told it.
    """
    told = next((cond.extra[name] for cond in others if name in cond.extra), None)
    if told is None:
        return conds
    return [replace(cond, extra={name: told, **cond.extra}) for cond in conds]
