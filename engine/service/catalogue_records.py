"""The records of what is installed: nodes with their ports, and models on disk."""

from __future__ import annotations

from pydantic import Field, JsonValue

from engine.service.records import Wire


class ModelRecord(Wire):
    """A model in one of the model folders; ``engine.declare.recognised`` says more of what it is.

    Attributes:
        name: As file params of graphs name it.
        format: ``safetensors``, ``ckpt``, ``pth``, ``pt``, ``bin``, ``gguf``, or ``diffusers`` for a folder.
        size: Bytes of its weights.
        modified: When they were changed last, in seconds since 1970.
        picture: Tells a picture of what it draws from a later one; empty when there is none.
        kind: ``checkpoint``, ``pipeline``, ``lora``, ``vae`` …; ``unknown`` also when it is damaged.
        layout: Whose names its tensors have.
        family: Which models it fits; empty when it can't be told.
        variant: What sets it apart in its family.
        prediction: What it predicts, where its maker says so.
        precision: Type of number → its share of the bytes, largest first.
        parameters: Number of values in its tensors.
        missing: What is not there and has to come from elsewhere.
        trigger_words: Words in a prompt that it was trained with, the most frequent first.
        title: As its maker calls it.
        author: Who made it.
        licence: Under which terms.
        problem: Why it can't be used; empty when nothing is wrong.
    """

    name: str
    format: str
    size: int
    modified: float
    picture: str = ""
    kind: str = "unknown"
    layout: str = ""
    family: str = ""
    variant: str = ""
    prediction: str = ""
    precision: dict[str, float] = Field(default_factory=dict)
    parameters: int = 0
    missing: tuple[str, ...] = ()
    trigger_words: tuple[str, ...] = ()
    title: str = ""
    author: str = ""
    licence: str = ""
    problem: str = ""


class ModelDetailRecord(ModelRecord):
    """Everything that a model tells without its weights.

    Attributes:
        parts: Part → class or kind; the part ``""`` is the whole.
        metadata: What its maker wrote into the header of a single file.
        tensors: Number of tensors.
        dtypes: Type of number → values of this type.
    """

    parts: dict[str, str] = Field(default_factory=dict)
    metadata: dict[str, JsonValue] = Field(default_factory=dict)
    tensors: int = 0
    dtypes: dict[str, int] = Field(default_factory=dict)


class OutputPortRecord(Wire):
    """A port that something can be linked from.

    Attributes:
        type: Its type, for people.
        shape: Its type as a tree; see ``engine.declare.catalogue.shape``.
        help: What it is for.
    """

    type: str
    shape: dict[str, JsonValue] = Field(default_factory=dict)
    help: str = ""


class InputPortRecord(OutputPortRecord):
    """A port that takes a link or a value.

    Attributes:
        required: Whether it must be given.
        optional: Whether null stands for "not given".
        variadic: Whether it takes any number of links, in order.
        lazy: Whether it may turn out not to be needed.
        param: Whether a value can be typed in.
        schema: JSON Schema of such a value, with its default and hints for the widget.
    """

    required: bool
    optional: bool
    variadic: bool
    lazy: bool
    param: bool
    schema_: dict[str, JsonValue] = Field(default={}, alias="schema")


class NodeRecord(Wire):
    """A node that is installed.

    Attributes:
        id: What graphs call it.
        version: Version of its params.
        pack: The pack that it came from.
        pack_version: The pack's version.
        help: What it does.
        licence: Where it may not be used for everything.
        pure: Whether equal inputs always give equal outputs.
        inputs: Input ports by name, in order.
        outputs: Output ports by name, in order.
    """

    id: str
    version: int
    pack: str
    pack_version: str
    help: str = ""
    licence: str = ""
    pure: bool = True
    inputs: dict[str, InputPortRecord]
    outputs: dict[str, OutputPortRecord]


class LicenceRecord(Wire):
    """Under which terms the weights of a family of models are found in the wild.

    Attributes:
        family: What people call the family.
        text: The terms in short.
        restricted: Whether they forbid or limit earning money with them, or uses other than research.
    """

    family: str
    text: str
    restricted: bool = False


class CatalogueRecord(Wire):
    """Every node that is installed.

    Attributes:
        nodes: By id.
        broken: Pack or module that can't be imported → why.
        fits: Class → the other classes of ports where it can be linked.
        licences: Name of a family of models → its terms, where these are known.
    """

    nodes: tuple[NodeRecord, ...]
    broken: dict[str, str]
    fits: dict[str, tuple[str, ...]]
    licences: dict[str, LicenceRecord] = Field(default_factory=dict)
