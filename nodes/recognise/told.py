"""What a model's maker says of it: in the keys of kohya's trainer and of modelspec.

See https://github.com/kohya-ss/sd-scripts and https://github.com/Stability-AI/ModelSpec.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from nodes.recognise import signatures
from nodes.recognise.contents import Contents
from nodes.recognise.readable import readable

WORDS = 20
"""Trigger words that are told at most."""
LONGEST = 4 * 2**20
"""Characters of a count of tags that are read at most."""
MARK = "v_pred"
"""Tensor that a model for velocity carries, after the custom of ComfyUI."""
PREDICTIONS = {"epsilon": "epsilon", "eps": "epsilon", "v": "v_prediction", "v_prediction": "v_prediction"}


class Told(NamedTuple):
    """What metadata says.

    Attributes:
        family: The model's.
        prediction: What it predicts.
        trigger_words: The most frequent first.
        title: As its maker calls it.
        author: Who made it.
        licence: Under which terms.
    """

    family: str
    prediction: str
    trigger_words: tuple[str, ...]
    title: str
    author: str
    licence: str


def read_told(metadata: Mapping[str, Any]) -> Told:
    """Read what the metadata of a file says; what it says in no known key stays unsaid."""
    text = {name: value for name, value in metadata.items() if isinstance(value, str)}
    prediction = text.get("modelspec.prediction_type", "").lower()
    if text.get("ss_v_parameterization") == "True" or text.get("ss_parameterization") == "v":
        prediction = "v"
    return Told(
        family=_family(text),
        prediction=PREDICTIONS.get(prediction, readable(prediction)),
        trigger_words=_words(text),
        title=_first(text, "modelspec.title", "general.name", "ss_output_name"),
        author=_first(text, "modelspec.author", "general.author"),
        licence=_first(text, "modelspec.license", "general.license"),
    )


def prediction_of(contents: Contents) -> str:
    """What a model in one file predicts, where a mark among its tensors or its metadata says so."""
    return "v_prediction" if MARK in contents.entries else read_told(contents.metadata).prediction


def _first(text: Mapping[str, str], *keys: str) -> str:
    return readable(next((text[key] for key in keys if text.get(key)), ""))


def _family(text: Mapping[str, str]) -> str:
    for key in ("modelspec.architecture", "ss_base_model_version", "general.architecture"):
        said = text.get(key, "").lower()
        for begins, family in signatures.pairs(signatures.ARCHITECTURES):
            if said.startswith(begins):
                return family
    return "sd2" if text.get("ss_v2") == "True" else ""


def _words(text: Mapping[str, str]) -> tuple[str, ...]:
    phrase = _first(text, "modelspec.trigger_phrase", "modelspec.trigger_words", "trigger_words")
    told = [word.strip() for word in phrase.split(",") if word.strip()]
    counted = Counter[str]()
    for word, count in _counts(text.get("ss_tag_frequency", "")):
        counted[word] += count
    frequent = [word for word, _ in counted.most_common(WORDS)]
    return tuple(map(readable, dict.fromkeys([*told, *frequent])))[:WORDS]


def _counts(text: str) -> Iterator[tuple[str, int]]:
    """Tags and how often each was in the captions of each dataset."""
    try:
        tree = json.loads(text) if len(text) <= LONGEST else {}
    except (ValueError, RecursionError):
        return
    for tags in tree.values() if isinstance(tree, dict) else ():
        for tag, count in tags.items() if isinstance(tags, dict) else ():
            if type(count) is int and 0 < count < 2**53 and tag.strip():
                yield tag.strip(), count
