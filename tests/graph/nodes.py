"""Small nodes to build graphs from; a test's graph is about its shape, not about what it computes."""

from dataclasses import dataclass
from typing import Annotated, Generic, Literal, NamedTuple, TypeVar

from pydantic import Field

from engine.declare.node import node
from engine.declare.registry import Registry
from engine.declare.types import File, Lazy, Within

T = TypeVar("T")
F = TypeVar("F")


@dataclass(frozen=True)
class Picture:
    pixels: str


@dataclass(frozen=True)
class Cells(Generic[F]):
    samples: str


@dataclass(frozen=True)
class Decoder(Generic[F]):
    source: str


class Split(NamedTuple):
    whole: int
    rest: float


@node("t.number")
def number(value: float = 0.0) -> float:
    """Hold a number."""
    return value


@node("t.add")
def add(a: float, b: float) -> float:
    """Add two numbers."""
    return a + b


@node("t.whole")
def whole(x: float) -> int:
    """Cut a number."""
    return int(x)


@node("t.split")
def split(x: float) -> Split:
    """Cut a number in two."""
    return Split(int(x), x - int(x))


@node("t.less")
def less(a: float, b: float = 0.0) -> bool:
    """Compare two numbers."""
    return a < b


@node("t.range")
def count(n: Annotated[int, Field(ge=0, le=10)]) -> list[int]:
    """Count."""
    return list(range(n))


@node("t.total")
def total(*values: float) -> float:
    """Add any number of numbers."""
    return sum(values)


@node("t.pass")
def reroute(value: T) -> T:
    """Pass a value on."""
    return value


@node("t.either")
def either(which: bool, yes: Lazy[T], no: Lazy[T]) -> T:
    """Choose."""
    return yes if which else no


@node("t.draw")
def draw(text: str, style: Literal["ink", "oil"] = "ink") -> Picture:
    """Draw a picture."""
    return Picture(text + style)


@node("t.blur")
def blur(picture: Picture, radius: float = 1.0, mask: Picture | None = None) -> Picture:
    """Blur a picture."""
    return picture


@node("t.latent")
def latent(size: int = 8, like: Decoder[F] | None = None) -> Cells[F]:
    """Make cells."""
    return Cells("")


@node("t.load")
def load(file: Annotated[File, Within("models", (".st",))]) -> Decoder[F]:  # pyright: ignore[reportInvalidTypeVarUse] # inferred
    """Load a decoder."""
    return Decoder(str(file))


@load.infer
def _(file: object) -> dict[str, str]:
    return {"F": str(file).rpartition("/")[2].partition("-")[0]}


@node("t.decode")
def decode(decoder: Decoder[F], cells: Cells[F]) -> Picture:
    """Decode cells."""
    return Picture("")


@node("t.renamed", version=3)
def renamed(amount: float = 1.0, mode: str = "soft") -> float:
    """Has changed twice."""
    return amount


@renamed.migrates(1)
def _(params: dict[str, object]) -> dict[str, object]:
    return {("strength" if name == "power" else name): value for name, value in params.items()}


@renamed.migrates(2)
def _(params: dict[str, object]) -> dict[str, object]:
    return {("amount" if name == "strength" else name): value for name, value in params.items()}


NODES = (
    number, add, whole, split, less, count, total, reroute, either, draw, blur, latent, load, decode, renamed
)  # fmt: skip


def registry() -> Registry:
    """The nodes above and no other."""
    found = Registry({})
    found.add(NODES)
    return found
