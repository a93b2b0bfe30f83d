import pytest
import torch

from engine.errors import ValueRefused
from nodes.diffusion.conditioning_blend import average, batch, blend, concat, interpolate, zero
from nodes.diffusion.length import same_length
from nodes.values import Cond, Conditioning, Control, ControlNet

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


def placed(*tokens: float | None) -> Conditioning[str]:
    """A text that says where it is: not where None stands, which is 9 and must count for nothing."""
    embeds = torch.tensor([[9 if token is None else token for token in tokens]]).float()[..., None]
    there = torch.tensor([[token is not None for token in tokens]])
    return Conditioning([Cond(embeds, extra={"text_mask": there})])


def where(conditioning: Conditioning[str]) -> list[list[bool]]:
    return conditioning.items[0].extra["text_mask"].tolist()


def read(conditioning: Conditioning[str], row: int = 0) -> float:
    """Attention, with the query 0, so that all tokens that are there count alike: their mean."""
    cond = conditioning.items[0]
    keys, there = cond.text()[row : row + 1], cond.extra["text_mask"][row]
    attend = torch.nn.functional.scaled_dot_product_attention
    return attend(torch.zeros(1, 1, 1), keys, keys, there[None, None]).item()


def test_a_blend_is_where_one_of_its_texts_is_and_what_isnt_there_counts_as_zero() -> None:
    """A quarter of the way from (1, 0, -) to (5, 7, -)."""
    found = blend(placed(1, None, None), placed(5, 8, None), 0.25)

    assert tokens(found) == [2, 2, 0]
    assert where(found) == [[True, True, False]]
    assert read(found) == 2


def test_the_ends_of_a_blend_are_where_its_texts_are() -> None:
    short, long = placed(1, None, None), placed(5, 8, 2)

    assert [where(blend(short, long, amount)) for amount in (0, 1)] == [where(short), where(long)]
    assert [read(blend(short, long, amount)) for amount in (0, 1)] == [1, 5]


def test_each_step_of_a_walk_is_where_its_texts_are() -> None:
    found = interpolate(placed(1, None), placed(5, 8), 3)

    assert where(found) == [[True, False], [True, True], [True, True]]
    assert [read(found, row) for row in range(3)] == [1, (3 + 4) / 2, (5 + 8) / 2]


def test_an_average_is_where_one_of_its_texts_is() -> None:
    found = average(placed(3, None, None), placed(6, 9, None), placed(0, 0, None))

    assert tokens(found) == [3, 3, 0]
    assert where(found) == [[True, True, False]]


def test_a_text_that_says_where_it_is_is_filled_up_and_not_repeated() -> None:
    found = blend(placed(2), concat(placed(4, None), placed(8)), 0.5)

    assert tokens(found) == [3, 0, 4]
    assert where(found) == [[True, False, True]]


def test_each_text_of_a_batch_is_where_it_was() -> None:
    found = batch([placed(2, None), concat(placed(4, None), placed(8))])

    assert where(found) == [[True, False, False], [True, False, True]]
    assert [read(found, row) for row in range(2)] == [2, 6]


def test_a_text_that_doesnt_say_where_it_is_is_everywhere() -> None:
    plain = Conditioning([Cond(torch.ones(1, 2, 1))])

    assert where(concat(placed(2, None), plain)) == [[True, False, True, True]]
    assert where(blend(placed(2, None), plain)) == [[True, True]]


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


def told(**extra: torch.Tensor) -> Conditioning[str]:
    return Conditioning([Cond(torch.zeros(1, 2, 1), extra=extra)])


def test_what_is_told_several_texts_at_once_stays_theirs_in_a_batch() -> None:
    both = Conditioning([Cond(torch.zeros(2, 2, 1), extra={"sizes": torch.full((1, 2), 5.0)})])
    each = Conditioning([Cond(torch.zeros(2, 2, 1), extra={"sizes": torch.tensor([[6.0, 6], [7, 7]])})])

    assert batch([both, each]).items[0].extra["sizes"].tolist() == [[5, 5], [5, 5], [6, 6], [7, 7]]


@pytest.mark.parametrize("order", [1, -1])
def test_a_batch_of_which_some_are_told_more_is_refused(order: int) -> None:
    texts = [told(sizes=torch.ones(1, 2)), told()][::order]

    with pytest.raises(
        ValueRefused, match=r"expected all texts to be told what others are .*, got some with sizes"
    ):
        batch(texts)


def test_a_batch_of_pictures_of_several_sizes_is_refused() -> None:
    texts = [told(**{"reference-001": torch.zeros(1, 4, 8, width)}) for width in (8, 6)]

    with pytest.raises(
        ValueRefused, match=r"expected reference-001 of one size .*, got 4 × 8 × 8 and 4 × 8 × 6"
    ):
        batch(texts)


def test_a_mixture_whose_first_text_isnt_told_what_another_is_is_refused() -> None:
    plain, fast = told(), told(frame_rate=torch.ones(1))

    for join in (blend, average, concat):
        with pytest.raises(
            ValueRefused, match=r"expected the first text to be told .*, got some with frame_rate"
        ):
            join(plain, fast)
        assert join(fast, plain).items[0].extra.keys() == {"frame_rate"}


def led(brightness: float) -> Conditioning[str]:
    """A text with a control network."""
    control = Control(ControlNet("a"), torch.full((1, 3, 8, 8), brightness))
    return Conditioning([Cond(torch.zeros(1, 2, 1), controls=[control])])


def test_a_batch_that_pictures_lead_differently_is_refused() -> None:
    with pytest.raises(ValueRefused, match=r"all led by the same pictures \(put control\.apply"):
        batch([led(0), led(1)])
    with pytest.raises(ValueRefused, match="got some with control networks"):
        batch([led(0), told()])


def test_a_batch_that_one_picture_leads_is_led_by_it() -> None:
    assert len(batch([led(1), led(1)]).items[0].controls) == 1


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
