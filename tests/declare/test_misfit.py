from typing import Annotated, Any, Literal

import pytest
from pydantic import ConfigDict, Field, TypeAdapter, ValidationError

from engine.declare import misfit
from engine.wording import Phrase


def refused(annotation: Any, value: object) -> str:
    with pytest.raises(ValidationError) as error:
        TypeAdapter(annotation, config=ConfigDict(allow_inf_nan=False)).validate_python(value)
    return misfit.expected("T", error.value.errors()[0])


@pytest.mark.parametrize(
    ("annotation", "value", "code"),
    [
        (Annotated[int, Field(le=4)], 5, "type-less-equal"),
        (Annotated[float, Field(lt=0.5)], 0.5, "type-less"),
        (Annotated[int, Field(ge=64)], 3, "type-greater-equal"),
        (Annotated[float, Field(gt=0)], 0, "type-greater"),
        (float, float("inf"), "type-finite"),
        (float, [], "type-number"),
        (float, "much", "type-number-text"),
        (int, [], "type-integer"),
        (int, "much", "type-integer-text"),
        (int, 1.5, "type-integer-part"),
        (str, 1, "type-text"),
        (bool, [], "type-boolean"),
        (bool, "much", "type-boolean-text"),
        (list[int], 1, "type-list"),
        (Literal["A", "b"], "c", "type-one-of"),
    ],
)
def test_what_pydantic_says_often_is_a_phrase(annotation: Any, value: object, code: str) -> None:
    said = refused(annotation, value)

    assert isinstance(said, Phrase)
    assert said.code == code
    assert said.args["type"] == "T"


def test_what_it_says_else_stays_its_own_text() -> None:
    said = refused(Annotated[str, Field(pattern="^a$")], "b")

    assert said == "T (string should match pattern '^a$')"
    assert not isinstance(said, Phrase)
