"""The wire as JSON Schema, of which the page's types are made: ``python -m engine.service.schema``."""

from __future__ import annotations

import json
import sys
from typing import Any, cast

from pydantic import BaseModel, TypeAdapter
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaMode

from engine.graph import document, edit, operations
from engine.graph.schema import describe
from engine.service import catalogue_records, protocol, records, view_records

CONSTANTS = ("SUBPROTOCOL", "VERSION", "MAX_FRAME")

TYPES = {
    ("Edit", "operations"): "Operation[]",
    ("Edited", "patch"): "Patch[]",
    ("Preview", "data"): "Uint8Array",
}
"""Fields of which TypeScript can say more than the wire does."""

JSON_VALUE = "string | number | boolean | null | JsonValue[] | { [key: string]: JsonValue }"


class Fields(GenerateJsonSchema):
    """Schemas in which a field has no title, and what the server says has all of its fields."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        """A type of its own would be made of each field with a title."""
        return False

    def field_is_required(self, field: Any, total: bool) -> bool:
        """What is always sent can be relied on."""
        return self.mode == "serialization" or super().field_is_required(field, total)


def wire() -> dict[str, Any]:
    """Every message, the operations, patches and graphs that some of them hold, and the protocol's numbers.

    Only what is of use for types is kept: no defaults, no bounds.
    """
    said: list[tuple[str, JsonSchemaMode, TypeAdapter[Any]]] = [
        ("ClientMessage", "validation", protocol.CLIENT_MESSAGES),
        ("ServerMessage", "serialization", protocol.SERVER_MESSAGES),
        ("Operation", "validation", operations.OPERATIONS),
        ("Graph", "validation", TypeAdapter(document.Graph)),
    ]
    spoken: list[tuple[str, JsonSchemaMode]] = [(name, mode) for name, mode, _ in said]
    named = vars(records) | vars(catalogue_records) | vars(view_records)
    kept = [(name, TypeAdapter(kind)) for name, kind in named.items() if name.endswith("Record")]
    said.extend((name, "serialization", adapter) for name, adapter in kept)
    found, schema = TypeAdapter.json_schemas(said, schema_generator=Fields)
    parts: dict[str, Any] = schema["$defs"]
    parts |= {name: found[name, mode] for name, mode in spoken if name not in parts}
    for name, kind in _classes().items():
        if "properties" in parts.get(name, {}):
            describe(parts[name], kind)
    for name, part in parts.items():
        _simplify(name, part)
        _reword(part)
    parts["JsonValue"] = {"tsType": JSON_VALUE}
    return {
        "title": "Wire",
        "description": "Everything that is said, by who says it.",
        "type": "object",
        "properties": {name: {"$ref": f"#/$defs/{name}"} for name, _ in spoken},
        "required": [name for name, _ in spoken],
        "additionalProperties": False,
        "$defs": dict(sorted(parts.items())),
        "constants": _constants(),
    }


def _classes() -> dict[str, type[BaseModel]]:
    modules = (document, edit, operations, records, catalogue_records, view_records, protocol)
    return {
        name: value
        for module in modules
        for name, value in vars(module).items()
        if isinstance(value, type) and issubclass(value, BaseModel)
    }


def _simplify(name: str, part: dict[str, Any]) -> None:
    fields: dict[str, Any] = part.get("properties", {})
    constant = [field for field, schema in fields.items() if "const" in schema]
    part["required"] = sorted({*part.get("required", ()), *constant})
    for field, schema in fields.items():
        if (name, field) in TYPES:
            schema["tsType"] = TYPES[name, field]
        if "$ref" in schema:
            schema.pop("description", None)  # it would be taken for the whole type's
        _strip(schema)


def _reword(part: dict[str, Any]) -> None:
    """Say in TypeScript's words what the docstrings say in Python's."""
    for schema in (part, *part.get("properties", {}).values()):
        if "description" in schema:
            schema["description"] = schema["description"].replace("``", "`").replace("None", "null")


def _strip(schema: dict[str, Any]) -> None:
    """Leave out what makes types harder to read, and say pairs as the generator knows them."""
    left = [schema]
    while left:
        here = left.pop()
        for key in ("default", "minItems", "maxItems"):
            here.pop(key, None)
        if pair := here.pop("prefixItems", None):
            here |= {"items": pair, "minItems": len(pair), "maxItems": len(pair)}
        for value in here.values():
            inner = cast("list[Any]", value) if isinstance(value, list) else [value]
            left += [cast("dict[str, Any]", one) for one in inner if isinstance(one, dict)]


def _constants() -> dict[str, str | int]:
    names = (*CONSTANTS, *(name for name in vars(protocol) if name.startswith("CLOSE_")))
    return {name: getattr(protocol, name) for name in names}


if __name__ == "__main__":
    json.dump(wire(), sys.stdout, indent=2)
