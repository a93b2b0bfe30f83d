from functools import cache

import pytest
import torch

from nodes.data.emoji import emoji, evaluation, records
from nodes.data.recolour import recoloured
from nodes.data.values import Dataset
from nodes.train.evaluate import contact_prompts, exam, score
from nodes.values import Image


@cache
def natural() -> Dataset:
    return emoji(0, recolour=False)


def drawing(concept: str, colour: str = "") -> torch.Tensor:
    place = [record["caption"] for record in records()].index(concept)
    picture = natural().pixels[place].permute(1, 2, 0).float() / 255
    return recoloured(picture, colour, records()[place]["recolour"]) if colour else picture


def test_the_exam_asks_every_concept_once_a_seed_and_every_pair_once() -> None:
    prompts = exam(2)
    assert len(prompts) == 240
    assert prompts[0] == prompts[100] == "dog"
    assert prompts[200] == "blue frog"


def test_right_drawings_score_full_marks() -> None:
    right = [drawing(concept["caption"]) for concept in evaluation()["concepts"]]
    right += [drawing(pair["concept"], pair["colour"]) for pair in evaluation()["held_out"]]
    found = score(Image(torch.stack(right)), natural(), 1)
    assert found.concept == 1.0
    # the tint of the one grey thing among them is not invisible to the distance
    assert found.pair_concept >= 39 / 40
    assert found.pair_colour >= 0.95
    assert all(":" in text for text in found.missed)


def test_a_model_that_ignores_the_prompt_scores_about_chance() -> None:
    always = drawing("frog").expand(140, 64, 64, 3)
    found = score(Image(always), natural(), 1)
    assert found.concept == 0.01
    assert found.pair_concept == 0.025
    assert found.chance_concept < 0.01


def test_a_wrong_number_of_drawings_is_refused_with_the_cure() -> None:
    with pytest.raises(ValueError, match=r"expected 240 pictures, got 1: draw the prompts of train\.exam"):
        score(Image(torch.ones(1, 64, 64, 3)), emoji(1), 2)


def test_the_contact_sheet_has_32_prompts() -> None:
    assert len(contact_prompts()) == 32
