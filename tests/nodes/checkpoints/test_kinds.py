from engine.declare.registry import Registry
from nodes import pack


def test_a_port_that_models_are_chosen_for_says_of_which_kinds() -> None:
    ports = [
        (f"{node.id}.{name}", port.within)
        for node in Registry({pack.name: pack}).all()
        for name, port in node.inputs.items()
        if port.within is not None and port.within.root == "models"
    ]

    assert ports
    assert [name for name, within in ports if not within.kinds] == []
