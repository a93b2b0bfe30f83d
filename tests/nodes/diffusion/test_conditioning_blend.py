import pytest
import torch

from engine.errors import ValueRefused
from nodes.diffusion.conditioning_blend import average, batch, blend, concat, interpolate, zero
from nodes.diffusion.length import same_length
from nodes.values import Cond, Conditioning

MASK = torch.ones(1, 8, 8)


def text(*tokens: float, pooled: float | None = None, family: str = "") -> Conditioning[str]:
    """A text whose tokens are one number wide, with limits of its own."""
    embeds = torch.tensor(tokens, dtype=torch.float32).reshape(1, -1, 1)
    summary = None if pooled is None else torch.tensor([[pooled]])
    return Conditioning([Cond(embeds, summary, MASK, tokens[0], 0.1, 0.9)], family)


def tokens(conditioning: Conditioning[str]) -> list[float]:
    (cond,) = conditioning.items
    assert cond.text().is_contiguous()
    return cond.text().flatten().tolist()


def test_a_blend_is_weighed_by_its_amount() -> None:
    found = blend(text(1, 2, pooled=4.0), text(5, 0, pooled=8.0, family="sdxl"), 0.25)

    assert tokens(found) == [2, 1.5]
    assert found.items[0].pooled == torch.tensor([[5.0]])
    assert found.family == "sdxl"


def test_the_ends_of_a_blend_are_its_texts() -> None:
    assert tokens(blend(text(0.1, 0.2), text(0.7, 0.8), 0)) == tokens(text(0.1, 0.2))
    assert tokens(blend(text(0.1, 0.2), text(0.7, 0.8), 1)) == tokens(text(0.7, 0.8))


def test_what_the_first_is_limited_to_the_blend_is_limited_to() -> None:
    (cond,) = blend(text(3), text(7)).items

    assert cond.mask is MASK
    assert (cond.strength, cond.start, cond.end) == (3, 0.1, 0.9)


def test_the_shorter_text_is_repeated() -> None:
    assert tokens(blend(text(0, 8), text(2, 4, 6, 8))) == [1, 6, 3, 8]
    assert tokens(blend(text(0, 8), text(2, 4, 6))) == [1, 6, 3, 5, 2, 7]


def test_a_repeated_text_is_attended_to_as_it_was() -> None:
    generator = torch.Generator().manual_seed(1)
    query, short, long = (torch.randn(1, size, 8, generator=generator) for size in (5, 3, 6))
    repeated, kept = same_length([short, long])

    attend = torch.nn.functional.scaled_dot_product_attention
    assert kept is long
    assert torch.allclose(attend(query, repeated, repeated), attend(query, short, short), rtol=0, atol=1e-6)


def test_a_walk_is_a_batch_with_both_ends() -> None:
    found = interpolate(text(0, 8, pooled=0.0), text(4, 0, pooled=2.0), 3).items[0]

    assert found.text().squeeze(-1).tolist() == [[0, 8], [2, 4], [4, 0]]
    assert found.pooled is not None
    assert found.pooled.tolist() == [[0], [1], [2]]


def test_a_walk_from_several_texts_is_refused() -> None:
    walk = interpolate(text(0), text(4), 3)
    with pytest.raises(ValueRefused, match="expected one text at each end, got 3"):
        interpolate(walk, walk)


def test_an_average_is_in_equal_parts() -> None:
    assert tokens(average(text(1, 2), text(2, 2), text(6, 5))) == [3, 3]


def test_texts_are_put_behind_each_other() -> None:
    found = concat(text(1, 2, pooled=7.0), text(3, pooled=8.0))

    assert tokens(found) == [1, 2, 3]
    assert found.items[0].pooled == torch.tensor([[7.0]])


def test_where_texts_behind_each_other_are_is_known_too() -> None:
    one, other = (
        Conditioning([Cond(torch.zeros(1, 2, 1), extra={"text_mask": torch.tensor([there])})])
        for there in ([True, False], [True, True])
    )

    assert concat(one, other).items[0].extra["text_mask"].tolist() == [[True, False, True, True]]


def test_each_text_of_a_batch_stays_as_it_is() -> None:
    found = batch([text(1, 2, pooled=7.0), text(3, pooled=8.0)]).items[0]

    assert found.text().squeeze(-1).tolist() == [[1, 2], [3, 3]]
    assert found.pooled is not None
    assert found.pooled.tolist() == [[7], [8]]


def test_what_else_is_told_of_each_text_of_a_batch_stays_too() -> None:
    one, other = (
        Conditioning([Cond(torch.zeros(1, 2, 1), extra={"sizes": torch.full((1, 2), size)})])
        for size in (3.0, 4.0)
    )

    assert batch([one, other]).items[0].extra["sizes"].tolist() == [[3, 3], [4, 4]]


def test_zeros_are_as_long_and_wide() -> None:
    found = zero(text(1, 2, pooled=7.0, family="sdxl"))

    assert tokens(found) == [0, 0]
    assert found.items[0].pooled == torch.tensor([[0.0]])
    assert found.family == "sdxl"


def test_a_single_text_joins_each_of_several() -> None:
    several = Conditioning([*text(0).items, *text(4).items])
    found = blend(several, text(8))

    assert [cond.text().item() for cond in found.items] == [4, 6]


def test_several_texts_against_other_many_are_refused() -> None:
    two, three = Conditioning(text(0).items * 2), Conditioning(text(0).items * 3)
    with pytest.raises(ValueRefused, match="of one text each, or of equally many, got 2 and 3"):
        blend(two, three)


def test_texts_are_brought_to_the_precision_of_the_first() -> None:
    half = Conditioning([Cond(torch.full((1, 1, 1), 3.0, dtype=torch.float16))])

    assert concat(text(1), half).items[0].text().dtype == torch.float32
    assert tokens(blend(text(1), half)) == [2]


def test_texts_of_two_encoders_are_refused() -> None:
    wide = Conditioning([Cond(torch.zeros(1, 2, 3))])
    with pytest.raises(ValueRefused, match=r"of one width .*, got 1 of 1 and 1 of 3"):
        blend(text(1, 2), wide)


def test_no_text_at_all_is_refused() -> None:
    with pytest.raises(ValueRefused, match="at least one conditioning, got none"):
        average()
    with pytest.raises(ValueRefused, match="at least one conditioning, got none"):
        blend(text(1), Conditioning([]))
