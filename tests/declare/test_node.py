from __future__ import annotations

import enum
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Generic, Literal, NamedTuple, TypeVar

import pytest
from pydantic import Field

from engine.declare.context import Context
from engine.declare.node import REQUIRED, Node, node
from engine.declare.types import (
    Family,
    File,
    Folder,
    Lazy,
    ListOf,
    OnDevice,
    Owned,
    Plain,
    Seed,
    T,
    Text,
    Unknown,
    Var,
    Within,
)
from engine.errors import SignatureError, ValueRefused

if TYPE_CHECKING:
    from decimal import Decimal

F = TypeVar("F")
Weights = Annotated[File, Within("models", (".st",), ("vae",), ("sdxl",))]


@dataclass(frozen=True)
class Ink:
    drops: int


@dataclass(frozen=True)
class Press(Generic[F]):
    name: str


class Print(NamedTuple):
    """What a press gives.

    Attributes:
        page: The page.
        rest: Ink left over.
    """

    page: Ink
    rest: int


class Pages(NamedTuple, Generic[F]):
    press: Press[F]
    count: int


class Mode(enum.Enum):
    FAST = "fast"
    FINE = "fine"


def declared(function: Callable[..., Any], **fields: Any) -> Node[..., Any]:
    return node("test.it", **fields)(function)


def test_a_node_is_still_its_function() -> None:
    @node("test.double")
    def double(x: float) -> float:
        return 2 * x

    assert double(3.0) == 6.0


def test_the_docstring_is_the_help() -> None:
    def it(width: int = 8) -> int:
        """Draw noise.

        More of it.

        Args:
            width: Width in pixels,
                a multiple of 8.
        """
        return width

    found = declared(it)
    assert found.help == "Draw noise.\n\nMore of it."
    assert found.inputs["width"].help == "Width in pixels, a multiple of 8."


def test_a_bare_return_type_is_the_output_out() -> None:
    def it() -> Ink:
        return Ink(1)

    found = declared(it)
    assert {name: port.type for name, port in found.outputs.items()} == {"out": Plain(Ink)}
    assert found.split(Ink(1)) == {"out": Ink(1)}


def test_the_fields_of_a_named_tuple_are_outputs() -> None:
    def it() -> Print:
        return Print(Ink(1), 2)

    found = declared(it)
    assert {name: port.type for name, port in found.outputs.items()} == {
        "page": Plain(Ink),
        "rest": Plain(int),
    }
    assert found.outputs["rest"].help == "Ink left over."
    assert found.split(it()) == {"page": Ink(1), "rest": 2}


def test_a_named_tuple_can_be_generic() -> None:
    def it(press: Press[F]) -> Pages[F]:
        return Pages(press, 1)

    assert declared(it).outputs["press"].type == Plain(Press, (Var("F"),))


def test_a_plain_tuple_is_one_value() -> None:
    def it() -> tuple[int, int]:
        return 1, 2

    assert declared(it).split((1, 2)) == {"out": (1, 2)}


@pytest.mark.parametrize(
    ("annotation", "is_param"),
    [
        (int, True),
        (float, True),
        (bool, True),
        (str, True),
        (Seed, True),
        (Text, True),
        (Literal["a", "b"], True),
        (Mode, True),
        (list[float], True),
        (File, True),
        (Folder, True),
        (Annotated[File, Within("models")], True),
        (int | None, True),
        (Ink, False),
        (list[Ink], False),
        (Any, False),
        (T, False),
        (Press[Any], False),
        (dict[str, int], False),
    ],
    ids=repr,
)
def test_scalars_choices_files_and_lists_of_scalars_can_be_typed_in(annotation: Any, is_param: bool) -> None:
    def it(x: Any) -> int:
        return 0

    it.__annotations__["x"] = annotation
    assert declared(it).inputs["x"].is_param is is_param


def test_marks_and_optionality_come_off_the_type() -> None:
    def it(
        a: Lazy[Ink], b: Owned[Ink], c: OnDevice[Press[F]], d: Ink | None = None, e: Lazy[Ink | None] = None
    ) -> int:
        return 0

    a, b, c, d, e = declared(it).inputs.values()
    assert (a.type, a.lazy, a.required) == (Plain(Ink), True, True)
    assert (b.type, b.owned) == (Plain(Ink), True)
    assert (c.type, c.on_device) == (Plain(Press, (Var("F"),)), True)
    assert (d.type, d.optional, d.required) == (Plain(Ink), True, False)
    assert (e.type, e.lazy, e.optional) == (Plain(Ink), True, True)


def test_a_handle_on_device_can_be_optional() -> None:
    def it(model: OnDevice[Press[Any]] | None = None) -> int:
        return 0

    port = declared(it).inputs["model"]
    assert (port.type, port.on_device, port.optional) == (Plain(Press, (Unknown(),)), True, True)


def test_variadic_inputs_are_never_required() -> None:
    def it(first: int, *inks: Ink) -> int:
        return 0

    port = declared(it).inputs["inks"]
    assert port.variadic
    assert not port.required


def test_a_context_is_no_port() -> None:
    def it(x: int, ctx: Context) -> int:
        return x

    found = declared(it)
    assert list(found.inputs) == ["x"]
    assert found.context == "ctx"


def test_a_family_can_be_named() -> None:
    def it(press: Press[Literal["sd1"]]) -> int:
        return 0

    assert declared(it).inputs["press"].type == Plain(Press, (Family("sd1"),))


def test_a_generic_without_arguments_is_of_an_unknown_family() -> None:
    def it(press: Press, inks: list) -> int:  # pyright: ignore[reportMissingTypeArgument]
        return 0

    press, inks = declared(it).inputs.values()
    assert press.type == Plain(Press, (Unknown(),))
    assert inks.type == ListOf(Unknown())


def test_tensors_pass_through_nodes_with_value_classes_only() -> None:
    def scalars(x: int, mode: Mode = Mode.FAST, file: File = "a") -> str:  # type: ignore[assignment]
        return ""

    def tensors(inks: list[Ink]) -> int:
        return 0

    assert not declared(scalars).computes
    assert declared(tensors).computes


class TestValues:
    @pytest.mark.parametrize(
        ("annotation", "value", "coerced"),
        [
            (float, 3, 3.0),
            (float, "2.5", 2.5),
            (int, "7", 7),
            (int, 3.0, 3),
            (bool, "true", True),
            (Mode, "fine", Mode.FINE),
            (Literal["a", "b"], "b", "b"),
            (list[float], [1, "2"], [1.0, 2.0]),
            (int | None, None, None),
            (Annotated[File, Within("models")], "a/b.st", "a/b.st"),
        ],
        ids=repr,
    )
    def test_a_param_becomes_what_the_function_gets(
        self, annotation: Any, value: object, coerced: object
    ) -> None:
        got = self.port(annotation).coerce(value)
        assert (got, type(got)) == (coerced, type(coerced))

    @pytest.mark.parametrize(
        ("annotation", "value"),
        [
            (int, 2.5),
            (int, "seven"),
            (int, None),
            (float, float("nan")),
            (float, float("inf")),
            (str, 3),
            (Mode, "slow"),
            (Literal["a", "b"], "c"),
            (Annotated[int, Field(ge=64, multiple_of=8)], 63),
            (Annotated[int, Field(ge=64, multiple_of=8)], 65),
            (Seed, -1),
            (Seed, 2**53),
            (list[float], "1"),
        ],
        ids=repr,
    )
    def test_what_does_not_fit_is_refused(self, annotation: Any, value: object) -> None:
        with pytest.raises(ValueRefused):
            self.port(annotation).coerce(value)

    def test_a_refusal_names_what_was_expected_and_what_came(self) -> None:
        with pytest.raises(ValueRefused, match=r"expected int \(.*greater than or equal to 64.*\), got 3"):
            self.port(Annotated[int, Field(ge=64)]).coerce(3)

    def test_a_long_value_is_shortened_in_a_refusal(self) -> None:
        with pytest.raises(ValueRefused) as refusal:
            self.port(int).coerce("x" * 1000)
        assert len(refusal.value.got) == 80

    def test_the_schema_has_range_default_and_widget(self) -> None:
        def it(seed: Seed = 4, mode: Mode = Mode.FINE, file: Weights = "a") -> int:  # type: ignore[assignment]
            return 0

        seed, mode, file = (port.schema() for port in declared(it).inputs.values())
        assert seed == {"type": "integer", "minimum": 0, "maximum": 2**53 - 1, "widget": "seed", "default": 4}
        assert (mode["enum"], mode["default"]) == (["fast", "fine"], "fine")
        assert file == {
            "type": "string",
            "widget": "file",
            "root": "models",
            "suffixes": [".st"],
            "kinds": ["vae"],
            "families": ["sdxl"],
            "default": "a",
        }

    @staticmethod
    def port(annotation: Any) -> Any:
        def it(x: Any) -> int:
            return 0

        it.__annotations__["x"] = annotation
        return declared(it).inputs["x"]


class TestBadSignatures:
    """Each is refused where the node is declared, with a cure."""

    def test_an_id_without_a_family(self) -> None:
        with pytest.raises(SignatureError, match=r"form family\.verb"):
            node("alone")(lambda: 0)

    @pytest.mark.parametrize("id", ["", ".", "a.", "a.b-c", "a b.c", "1.2"])
    def test_an_id_that_is_no_name(self, id: str) -> None:
        with pytest.raises(SignatureError, match="Use names joined by dots"):
            node(id)(lambda: 0)

    def test_an_input_without_annotation(self) -> None:
        def it(x) -> int:  # type: ignore[no-untyped-def]
            return 0

        self.refused(it, "input 'x' has no annotation", "Annotate it")

    def test_any_number_of_named_inputs(self) -> None:
        def it(**options: int) -> int:
            return 0

        self.refused(it, r"\*\*options has no ports", "Name every input")

    def test_an_input_without_a_name_for_the_caller(self) -> None:
        def it(x: int, /) -> int:
            return x

        self.refused(it, "input 'x' has no name", "Take the / out")

    def test_a_union_of_classes(self) -> None:
        def it(x: Ink | Print) -> int:
            return 0

        self.refused(it, "is not a type that a port can have", "Use a class")

    def test_a_choice_of_several_kinds(self) -> None:
        def it(x: Literal["a", 1]) -> int:
            return 0

        self.refused(it, "mixes several", "Use a class, a choice")

    def test_a_type_that_only_type_checkers_see(self) -> None:
        def it(x: Decimal) -> int:
            return 0

        self.refused(it, "annotation 'Decimal' can't be found", "outside TYPE_CHECKING")

    def test_an_annotation_that_is_no_type(self) -> None:
        def it(x: int) -> int:
            return 0

        it.__annotations__["x"] = "int | 3 4"
        self.refused(it, "an annotation can't be read", "Annotate with types that exist")

    def test_no_return_type(self) -> None:
        def it(x: int):  # type: ignore[no-untyped-def]
            return x

        self.refused(it, "returns nothing", "Annotate the return type")

    def test_returning_nothing(self) -> None:
        def it(x: int) -> None:
            return None

        self.refused(it, "returns nothing", "exporting is the runner's act")

    def test_an_output_tuple_whose_only_field_is_out(self) -> None:
        class Only(NamedTuple):
            out: int

        def it() -> Only:
            return Only(1)

        it.__annotations__["return"] = Only
        self.refused(it, "Only names no outputs", "Return the value itself")

    def test_none_as_the_default_of_what_is_not_optional(self) -> None:
        def it(x: Ink = None) -> int:  # type: ignore[assignment]
            return 0

        self.refused(it, "input 'x' defaults to None", r"Annotate it Ink \| None")

    def test_a_default_on_a_port_that_can_only_be_linked(self) -> None:
        def it(x: Ink = Ink(3)) -> int:
            return 0

        self.refused(it, "input 'x' can't hold a default", "Only params have defaults")

    def test_a_default_out_of_range(self) -> None:
        def it(x: Annotated[int, Field(ge=64)] = 3) -> int:
            return 0

        self.refused(it, "default of 'x': expected int", "Give a default that fits")

    def test_a_list_of_files(self) -> None:
        def it(files: list[File]) -> int:
            return 0

        self.refused(it, "port 'files' is a list of files", "lift the instance")

    def test_a_list_of_models_on_device(self) -> None:
        def it(models: list[OnDevice[Ink]]) -> int:
            return 0

        self.refused(it, "OnDevice stands around the whole type", "Use a class")

    def test_two_contexts(self) -> None:
        def it(one: Context, two: Context) -> int:
            return 0

        self.refused(it, "one and two are both a Context", "Keep one")

    def test_a_second_companion_of_a_kind(self) -> None:
        def it(which: bool, a: Lazy[Ink]) -> Ink:
            return a

        found = declared(it)
        found.needs(lambda which: [])
        with pytest.raises(SignatureError, match="a second 'needs' companion"):
            found.needs(lambda which: [])

    def test_needs_without_lazy_inputs(self) -> None:
        def it(which: bool) -> bool:
            return which

        with pytest.raises(SignatureError, match="no input is lazy"):
            declared(it).needs(lambda which: [])

    def test_needs_that_asks_for_a_lazy_input(self) -> None:
        def it(which: bool, a: Lazy[Ink]) -> Ink:
            return a

        with pytest.raises(SignatureError, match=r"needs asks for 'a'\. It can ask for: which"):
            declared(it).needs(lambda a: [])

    def test_infer_that_asks_for_a_linked_input(self) -> None:
        def it(press: Press[F]) -> Press[F]:
            return press

        with pytest.raises(SignatureError, match="infer asks for 'press'"):
            declared(it).infer(lambda press: {})

    @pytest.mark.parametrize("version", [0, 2, 3])
    def test_a_migration_from_a_version_that_is_not_behind(self, version: int) -> None:
        def it(x: int = 0) -> int:
            return x

        with pytest.raises(SignatureError, match="Raise the node's version"):
            declared(it, version=2).migrates(version)(lambda params: params)

    @staticmethod
    def refused(function: Callable[..., Any], problem: str, cure: str) -> None:
        with pytest.raises(SignatureError, match=problem) as refusal:
            declared(function)
        assert refusal.value.node == "test.it"
        assert str(refusal.value).startswith('node "test.it": ')
        assert re.search(cure, refusal.value.cure)


def test_a_port_without_a_default_says_so() -> None:
    def it(x: int) -> int:
        return x

    assert declared(it).inputs["x"].default is REQUIRED
    assert repr(REQUIRED) == "required"
