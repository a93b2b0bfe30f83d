from engine.service import protocol
from engine.service.schema import wire


def test_what_the_server_says_has_all_of_its_fields() -> None:
    parts = wire()["$defs"]
    assert parts["NodeDone"]["required"] == ["c", "n", "s", "type"]
    assert set(parts["RunRecord"]["required"]) == set(protocol.RunRecord.model_fields)


def test_what_a_client_says_may_leave_out_defaults_but_not_its_type() -> None:
    assert wire()["$defs"]["Subscribe"]["required"] == ["channel", "id", "type"]


def test_every_message_has_its_type() -> None:
    parts = wire()["$defs"]
    for name in ("ClientMessage", "ServerMessage"):
        references = [part["$ref"].rpartition("/")[2] for part in parts[name]["oneOf"]]
        assert references
        assert all("const" in parts[reference]["properties"]["type"] for reference in references)


def test_edits_are_typed_as_operations() -> None:
    assert wire()["$defs"]["Edit"]["properties"]["operations"]["tsType"] == "Operation[]"


def test_the_numbers_of_the_protocol_go_along() -> None:
    constants = wire()["constants"]
    assert constants["CLOSE_TOO_SLOW"] == protocol.CLOSE_TOO_SLOW
    assert constants["SUBPROTOCOL"] == protocol.SUBPROTOCOL
