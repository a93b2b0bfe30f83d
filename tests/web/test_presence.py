import msgpack
import pytest

from tests.web.talking import Place, live_through


def test_others_see_where_somebody_is_and_that_they_left() -> None:
    async def test(place: Place) -> None:
        ann, bob = await place.join("ann", name="Ann"), await place.join("bob")
        for socket in (ann, bob):
            await socket.ask("subscribe", channel="graph:s")
        ann.say("presence", session="s", cursor=[1, 2], selection=["a"])
        seen = await bob.hear()
        assert (seen["type"], seen["key"]) == ("lossy", "present:ann")
        assert (seen["event"]["name"], seen["event"]["cursor"]) == ("Ann", [1, 2])
        await ann.leave()
        assert (await bob.hear())["event"]["here"] is False
        await bob.leave()

    live_through(test)


def test_who_comes_later_is_told_who_is_there() -> None:
    async def test(place: Place) -> None:
        ann = await place.join("ann")
        await ann.ask("subscribe", channel="graph:s")
        ann.say("presence", session="s", cursor=[1, 2])
        await ann.ask("ping")
        bob = await place.join("bob", last={"graph:s": 0})
        _, seen = await bob.hear_all(2)
        assert seen["event"]["client"] == "ann"
        await ann.leave()
        await bob.leave()

    live_through(test)


def test_who_is_there_twice_has_left_when_both_sockets_are_gone() -> None:
    async def test(place: Place) -> None:
        old, new, bob = await place.join("ann"), await place.join("ann"), await place.join("bob")
        for socket in (old, new):
            await socket.ask("subscribe", channel="graph:s")
            socket.say("presence", session="s", cursor=[0, 0])
            await socket.ask("ping")
        await bob.ask("subscribe", channel="graph:s")
        await old.leave()
        await bob.ask("ping")
        await new.leave()
        assert (await bob.hear())["event"]["here"] is False
        await bob.leave()

    live_through(test)


@pytest.mark.parametrize(
    "message", [{"type": "presence", "session": "s"}, {"type": "watch", "id": 1, "run": "1"}]
)
def test_who_does_not_listen_is_not_shown_and_shown_nothing(message: dict[str, object]) -> None:
    async def test(place: Place) -> None:
        socket = await place.join()
        socket.send(msgpack.packb(message))
        assert "Subscribe to it first" in (await socket.hear())["error"]
        await socket.leave()

    live_through(test)
