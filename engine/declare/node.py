"""A node is its signature: one annotated function, read once when its module is imported."""

from __future__ import annotations

import inspect
import types
import typing
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from typing import Annotated, Any, Generic, ParamSpec, TypeVar

from pydantic import ConfigDict, TypeAdapter, ValidationError
from pydantic_core import PydanticSerializationError

from engine.declare import misfit
from engine.declare import types as port_types
from engine.declare.context import Context
from engine.declare.docstring import read_help
from engine.declare.types import File, ListOf, Mark, OnDevice, Type, Within
from engine.errors import SignatureError, ValueRefused

P = ParamSpec("P")
R = TypeVar("R")
Function = TypeVar("Function", bound=Callable[..., Any])


PORTS = 8192
"""Ports whose checkers are kept: those of nodes are few, those of subgraphs are made anew with each graph."""


class Required:
    """Stands for the default of a port that has none."""

    def __repr__(self) -> str:
        return "required"


REQUIRED = Required()


@dataclass(frozen=True, slots=True, eq=False)
class Port:
    """A named, typed input or output of a node.

    Attributes:
        name: The parameter's or field's name.
        type: What may be linked here.
        annotation: The annotation with its constraints, from which values are checked.
        default: Value when nothing is linked or typed; ``REQUIRED`` when something must be.
        help: Its line of the docstring.
        optional: ``None`` stands for "not given".
        variadic: Takes any number of links, in order.
        lazy: May turn out not to be needed.
        owned: The node changes the value in place.
        on_device: The node wants the handle's model, loaded.
        within: Where a file may lie, for ports that take a file.
    """

    name: str
    type: Type
    annotation: Any
    default: object = REQUIRED
    help: str = ""
    optional: bool = False
    variadic: bool = False
    lazy: bool = False
    owned: bool = False
    on_device: bool = False
    within: Within | None = None

    @property
    def is_param(self) -> bool:
        """Whether a value can be typed in; every other port can only be linked."""
        return _is_param(self)

    @property
    def required(self) -> bool:
        """Whether the port must be linked or given a param."""
        return self.default is REQUIRED and not self.variadic

    def coerce(self, value: object) -> Any:
        """Turn a value from a file, a form or a command line into what the function gets.

        Raises:
            ValueRefused: The value is not of the port's type or range.
        """
        if value is None and self.optional:
            return None
        try:
            return _checker(self)(value)
        except ValidationError as error:
            first = error.errors()[0]
            raise ValueRefused(misfit.expected(self.type, first), _shorten(value)) from None

    def plain(self, value: object) -> Any:
        """The JSON form of a coerced value."""
        return _adapter(self).dump_python(value, mode="json") if value is not None else None

    def schema(self) -> dict[str, Any]:
        """JSON Schema of the param, with the default and hints for the widget."""
        schema = _adapter(self).json_schema()
        if (within := self.within) is not None:
            hints = {name: list(getattr(within, name)) for name in ("suffixes", "kinds", "families")}
            schema |= {"widget": "file", "root": within.root} | hints
        if self.default is not REQUIRED:
            schema["default"] = self.plain(self.default)
        return schema


def _shorten(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 80 else text[:77] + "..."


@lru_cache(PORTS)
def _is_param(port: Port) -> bool:
    return port_types.is_scalar(port.type)


@lru_cache(PORTS)
def _checker(port: Port) -> Callable[[object], Any]:
    """What checks a port's values, without the layer of ``TypeAdapter`` that costs more than the check."""
    return _adapter(port).validator.validate_python


@lru_cache(PORTS)
def _adapter(port: Port) -> TypeAdapter[Any]:
    """Build a port's checker on first use: building all of them costs more than reading a graph."""
    annotation = str if port.within is not None else port.annotation
    return TypeAdapter(annotation, config=ConfigDict(allow_inf_nan=False))


@dataclass(frozen=True, slots=True, eq=False)
class Node(Generic[P, R]):
    """A node type; calling it calls its function.

    Attributes:
        id: Name in graph files, ``family.verb``.
        version: Raised when saved params need a migration or a default changed.
        function: The function itself.
        inputs: Input ports in the order of the signature.
        outputs: Output ports by name; a bare return type is ``out``.
        help: The docstring without its sections.
        pure: Whether equal inputs always give equal outputs.
        stored: Whether outputs may leave RAM.
        context: Name of the parameter that takes a ``Context``; empty when there is none.
        licence: Shown on the node where weights in the wild are restricted.
        companions: What ``needs``, ``infer``, ``depends``, ``migrates`` and ``replaces`` attached.
    """

    id: str
    version: int
    function: Callable[P, R]
    inputs: Mapping[str, Port]
    outputs: Mapping[str, Port]
    help: str
    pure: bool
    stored: bool
    context: str
    licence: str
    companions: dict[str, Callable[..., Any]]

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        """Call the function, as in a test, a notebook or another node."""
        return self.function(*args, **kwargs)

    def needs(self, function: Function) -> Function:
        """Attach the function that names the lazy ports wanted, once the eager inputs are known.

        Raises:
            SignatureError: No input is lazy, or the function asks for something else than eager inputs.
        """
        if not any(port.lazy for port in self.inputs.values()):
            raise SignatureError(self.id, "needs, but no input is lazy", "Annotate inputs Lazy[...].")
        eager = [port.name for port in self.inputs.values() if not port.lazy]
        self._check_asked("needs", function, eager)
        return self._attach("needs", function)

    def infer(self, function: Function) -> Function:
        """Attach the function that tells a variable's family from file params, without loading weights.

        Raises:
            SignatureError: The function asks for something else than params.
        """
        params = [port.name for port in self.inputs.values() if port.is_param]
        self._check_asked("infer", function, params)
        return self._attach("infer", function)

    def depends(self, function: Function) -> Function:
        """Attach the function that says on which inputs alone an output depends, by output, given params.

        Outputs that it leaves out depend on all inputs.

        Raises:
            SignatureError: The function asks for something else than params.
        """
        params = [port.name for port in self.inputs.values() if port.is_param]
        self._check_asked("depends", function, params)
        return self._attach("depends", function)

    def migrates(self, version: int) -> Callable[[Function], Function]:
        """Attach the function that turns the params of ``version`` into those of the next one.

        Raises:
            SignatureError: The node has not gone beyond this version.
        """
        if not 1 <= version < self.version:
            problem = f"migrates({version}), but the node is at version {self.version}"
            raise SignatureError(self.id, problem, "Raise the node's version.")
        return lambda function: self._attach(f"migrates {version}", function)

    def replaces(self, id: str) -> Callable[[Function], Function]:
        """Attach the function that turns the params of a node that is no more into this one's of today.

        Args:
            id: Of the node whose place this one takes in saved graphs; its ports have the same names.
        """
        return lambda function: self._attach(f"replaces {id}", function)

    def _check_asked(self, role: str, function: Callable[..., Any], known: Sequence[str]) -> None:
        for name in inspect.signature(function).parameters:
            if name not in known:
                fit = ", ".join(known) or "none"
                raise SignatureError(self.id, f"{role} asks for {name!r}", f"It can ask for: {fit}.")

    def _attach(self, role: str, function: Function) -> Function:
        if role in self.companions:
            raise SignatureError(self.id, f"a second {role!r} companion", "Keep one of them.")
        self.companions[role] = function
        return function

    @property
    def computes(self) -> bool:
        """Whether tensors pass through it, so that device and library versions enter its key."""
        return _computes(self)

    def split(self, result: Any) -> dict[str, Any]:
        """The outputs by name of what the function returned."""
        names = self.outputs
        return (
            {"out": result} if len(names) == 1 and "out" in names else dict(zip(names, result, strict=True))
        )


@cache
def _computes(node: Node[Any, Any]) -> bool:
    ports = (*node.inputs.values(), *node.outputs.values())
    return any(port_types.is_tensorial(port.type) for port in ports)


def node(
    id: str,
    *,
    version: int = 1,
    pure: bool = True,
    stored: bool = True,
    licence: str = "",
) -> Callable[[Callable[P, R]], Node[P, R]]:
    """Declare a node.

    Args:
        id: Name in graph files, ``family.verb``; third-party packs put their prefix in front.
        version: Raise it when saved params need a migration or a default changed.
        pure: False for a node that must run each time.
        stored: False for outputs that can't be encoded; they live in RAM only.
        licence: Shown on the node where weights in the wild are restricted.

    Raises:
        SignatureError: The function's signature can't be a node's.
    """

    def declare(function: Callable[P, R]) -> Node[P, R]:
        if not all(part.isidentifier() for part in id.split(".")) or "." not in id:
            raise SignatureError(id, "the id is not of the form family.verb", "Use names joined by dots.")
        hints = _hints(id, function)
        summary, helps = read_help(function.__doc__ or "")
        parameters = inspect.signature(function).parameters
        context = _context(id, hints)
        inputs = {
            name: _input(id, parameter, hints, helps.get(name, ""))
            for name, parameter in parameters.items()
            if name != context
        }
        return Node(
            id=id,
            version=version,
            function=function,
            inputs=inputs,
            outputs=_outputs(id, hints.get("return")),
            help=summary,
            pure=pure,
            stored=stored,
            context=context,
            licence=licence,
            companions={},
        )

    return declare


def _hints(id: str, annotated: Any) -> dict[str, Any]:
    """Annotations of a function, or of the class of an output tuple."""
    try:
        return typing.get_type_hints(annotated, include_extras=True)
    except NameError as error:
        cure = "Import it outside TYPE_CHECKING: the engine reads annotations when the module is imported."
        raise SignatureError(id, f"annotation {error.name!r} can't be found", cure) from None
    except (AttributeError, SyntaxError, TypeError) as error:
        raise SignatureError(
            id, f"an annotation can't be read ({error})", "Annotate with types that exist."
        ) from None


def _context(id: str, hints: Mapping[str, Any]) -> str:
    names = [name for name, hint in hints.items() if hint is Context and name != "return"]
    if len(names) > 1:
        raise SignatureError(id, f"{' and '.join(names)} are both a Context", "Keep one of them.")
    return names[0] if names else ""


def _input(id: str, parameter: inspect.Parameter, hints: Mapping[str, Any], help: str) -> Port:
    name = parameter.name
    if parameter.kind is inspect.Parameter.VAR_KEYWORD:
        raise SignatureError(id, f"**{name} has no ports", "Name every input.")
    if parameter.kind is inspect.Parameter.POSITIONAL_ONLY:
        raise SignatureError(id, f"input {name!r} has no name to the caller", "Take the / out.")
    if name not in hints:
        raise SignatureError(id, f"input {name!r} has no annotation", "Annotate it with its type.")
    port = _port(id, name, hints[name], help)
    variadic = parameter.kind is inspect.Parameter.VAR_POSITIONAL
    default = REQUIRED if parameter.default is inspect.Parameter.empty else parameter.default
    return _checked_default(id, replace(port, default=default, variadic=variadic))


def _checked_default(id: str, port: Port) -> Port:
    if port.default is REQUIRED or port.default is None:
        if port.default is None and not port.optional:
            raise SignatureError(
                id, f"input {port.name!r} defaults to None", f"Annotate it {port.type} | None."
            )
        return port
    if not port.is_param:
        raise SignatureError(id, f"input {port.name!r} can't hold a default", "Only params have defaults.")
    try:
        port.coerce(port.default if port.within is None else str(port.default))
    except (ValueRefused, PydanticSerializationError) as error:
        raise SignatureError(id, f"default of {port.name!r}: {error}", "Give a default that fits.") from None
    return port


def _outputs(id: str, annotation: Any) -> dict[str, Port]:
    if annotation is None or annotation is type(None):
        raise SignatureError(
            id, "it returns nothing", "Annotate the return type; exporting is the runner's act."
        )
    bundle = _without_arguments(annotation)
    if hasattr(bundle, "_fields"):  # what makes a tuple a NamedTuple
        hints = _hints(id, bundle)
        if not hints or tuple(hints) == ("out",):
            cure = 'Return the value itself: its output is called "out".'
            raise SignatureError(id, f"{bundle.__name__} names no outputs of its own", cure)
        _, helps = read_help(bundle.__doc__ or "", section="Attributes")
        return {name: _port(id, name, hint, helps.get(name, "")) for name, hint in hints.items()}
    return {"out": _port(id, "out", annotation, "")}


def _without_arguments(annotation: Any) -> Any:
    """The class of a generic, such as ``Loaded`` for ``Loaded[F]``."""
    return typing.get_origin(annotation) or annotation


def _port(id: str, name: str, annotation: Any, help: str) -> Port:
    """Read one annotation: marks and optionality off, the type from what remains."""
    inner, optional = _without_none(annotation)
    extras = typing.get_args(inner)[1:] if typing.get_origin(inner) is Annotated else ()
    bare, none_inside = _without_none(typing.get_args(inner)[0] if extras else inner)
    on_device = typing.get_origin(bare) is OnDevice
    try:
        type_ = port_types.read(typing.get_args(bare)[0] if on_device else bare)
    except TypeError as error:
        raise SignatureError(
            id, f"port {name!r}: {error}", "Use a class, a choice, a list or a TypeVar."
        ) from None
    if isinstance(type_, ListOf) and any(issubclass(cls, File) for cls in port_types.classes(type_)):
        cure = "Take one file, and lift the instance over several."
        raise SignatureError(id, f"port {name!r} is a list of files", cure)
    return Port(
        name=name,
        type=type_,
        annotation=annotation,
        help=help,
        optional=optional or none_inside,
        lazy=Mark.LAZY in extras,
        owned=Mark.OWNED in extras,
        on_device=on_device,
        within=_within(bare, extras),
    )


def _within(bare: Any, extras: Sequence[object]) -> Within | None:
    if not (isinstance(bare, type) and issubclass(bare, File)):
        return None
    return next((extra for extra in extras if isinstance(extra, Within)), Within())


def _without_none(annotation: Any) -> tuple[Any, bool]:
    if typing.get_origin(annotation) not in (typing.Union, types.UnionType):
        return annotation, False
    members = [member for member in typing.get_args(annotation) if member is not type(None)]
    optional = len(members) < len(typing.get_args(annotation))
    return (members[0] if len(members) == 1 else annotation), optional
