"""The Discord simulator refuses what Discord refuses, and says where the fault is."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from tests.simulators.discord import acting
from tests.simulators.discord.simulator import DiscordSimulator


class Plain:
    """A client without any manners: it sends what it is told."""

    def __init__(self, simulator: DiscordSimulator, session: aiohttp.ClientSession) -> None:
        self.simulator, self.session = simulator, session
        self.room = simulator.text_channel("room")
        self.forum = simulator.forum("forum", tags=[f"{n}" for n in range(8)])
        self.ana = simulator.person("Ana")

    async def asks(self, verb: str, path: str, body: Any = None, **more: Any) -> tuple[int, Any]:
        """The status and the body of an answer."""
        async with self.session.request(verb, self.simulator.api_url + path, json=body, **more) as answer:
            return answer.status, await answer.json() if answer.status != 204 else None


@pytest.fixture
async def plain() -> AsyncIterator[Plain]:
    """A simulator that records nothing, and a client without any manners."""
    simulator = DiscordSimulator(record=False)
    await simulator.start()
    async with aiohttp.ClientSession(headers={"Authorization": f"Bot {simulator.token}"}) as session:
        yield Plain(simulator, session)
    await simulator.stop()


def row(*buttons: dict[str, Any]) -> dict[str, Any]:
    """A row of buttons."""
    return {"type": 1, "components": list(buttons)}


def button(custom_id: str = "close:1", label: str = "Close") -> dict[str, Any]:
    """A button."""
    return {"type": 2, "style": 1, "custom_id": custom_id, "label": label}


FIVE_BY_FIVE: list[dict[str, Any]] = [row(*[button(f"close:{r}-{n}") for n in range(5)]) for r in range(5)]


@pytest.mark.parametrize(
    ("form", "where"),
    [
        ({"content": "x" * 2000}, ""),
        ({"content": "x" * 2001}, "content"),
        ({"content": 5}, "content"),
        ({"content": "x", "nonce": "n" * 25}, ""),
        ({"content": "x", "nonce": "n" * 26}, "nonce"),
        ({"content": "x", "components": FIVE_BY_FIVE}, ""),
        ({"content": "x", "components": [*FIVE_BY_FIVE, row(button("one more"))]}, "components"),
        ({"content": "x", "components": [row(*[button(f"{n}") for n in range(6)])]}, "components.0.components"),
        ({"content": "x", "components": [row()]}, "components.0.components"),
        ({"content": "x", "components": [row(button("c" * 101))]}, "components.0.components.0.custom_id"),
        ({"content": "x", "components": [row(button("c" * 100))]}, ""),
        ({"content": "x", "components": [row(button(label="l" * 81))]}, "components.0.components.0.label"),
        ({"content": "x", "components": [row(button(label=""))]}, "components.0.components.0"),
        ({"content": "x", "components": [row(button(), button())]}, "components.0.components.1.custom_id"),
        ({"content": "x", "message_reference": {"message_id": "5"}}, "message_reference"),
        ({"content": "x", "message_reference": {"message_id": "five"}}, "message_reference"),
        ({"poll": {"question": {"text": "x" * 301}, "answers": []}}, "poll.question.text"),
    ],
)
async def test_a_message_that_is_too_much_is_refused_with_the_place(
    plain: Plain, form: dict[str, Any], where: str
) -> None:
    status, body = await plain.asks("POST", f"/channels/{plain.room.id}/messages", form)
    assert status == (400 if where else 200), body
    if not where:
        return
    assert body["code"] == 50035 and body["message"] == "Invalid Form Body"
    found = body["errors"]
    for part in where.split("."):
        found = found[part]
    assert found["_errors"][0]["code"] and found["_errors"][0]["message"]


async def test_an_empty_message_is_refused(plain: Plain) -> None:
    for form in ({}, {"content": ""}, {"content": "  \n "}):
        status, body = await plain.asks("POST", f"/channels/{plain.room.id}/messages", form)
        assert (status, body["code"]) == (400, 50006)


async def test_ten_files_go_and_eleven_don_t(plain: Plain) -> None:
    for count, expected in ((10, 200), (11, 400)):
        form = aiohttp.FormData(quote_fields=False)
        form.add_field("payload_json", "{}")
        for number in range(count):
            form.add_field(f"files[{number}]", b"x", filename="x.txt")
        url = f"{plain.simulator.api_url}/channels/{plain.room.id}/messages"
        async with plain.session.post(url, data=form) as answer:
            assert answer.status == expected
    assert [len(m.attachments) for m in plain.room.from_bot] == [10]


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ({"name": "n" * 100}, 201),
        ({"name": "n" * 101}, 400),
        ({"name": ""}, 400),
        ({}, 400),
        ({"name": "Ana", "auto_archive_duration": 5}, 400),
        ({"name": "Ana", "auto_archive_duration": 60}, 201),
    ],
)
async def test_a_threads_name_and_sleep_are_checked(plain: Plain, form: dict[str, Any], status: int) -> None:
    answered, _ = await plain.asks("POST", f"/channels/{plain.room.id}/threads", form)
    assert answered == status


async def test_a_forum_has_twenty_tags_and_a_post_five(plain: Plain) -> None:
    tags = [str(tag.id) for tag in plain.forum.tags]
    for count, expected in ((5, 201), (6, 400)):
        form = {"name": "Ana", "message": {"content": "x"}, "applied_tags": tags[:count]}
        assert (await plain.asks("POST", f"/channels/{plain.forum.id}/threads", form))[0] == expected
    for count, expected in ((20, 200), (21, 400)):
        more = {"available_tags": [{"name": f"{n}"} for n in range(count)]}
        assert (await plain.asks("PATCH", f"/channels/{plain.forum.id}", more))[0] == expected


@pytest.mark.parametrize(
    ("verb", "path", "status", "code"),
    [
        ("GET", "/channels/5", 404, 10003),
        ("GET", "/channels/five", 400, 50035),
        ("POST", "/channels/{forum}/messages", 400, 50008),
        ("GET", "/channels/{room}/messages/5", 404, 10008),
        ("GET", "/users/5", 404, 10013),
        ("GET", "/guilds/5", 403, 50001),
        ("POST", "/interactions/5/token/callback", 404, 10062),
        ("PATCH", "/webhooks/{bot}/token/messages/@original", 404, 10015),
        ("DELETE", "/applications/{bot}/commands/5", 404, 10063),
        ("GET", "/no/such/route", 404, 0),
    ],
)
async def test_what_is_not_there_is_told_by_its_number(
    plain: Plain, verb: str, path: str, status: int, code: int
) -> None:
    known = {"room": plain.room.id, "forum": plain.forum.id, "bot": plain.simulator.bot.id}
    answered, body = await plain.asks(verb, path.format(**known), {} if verb != "GET" else None)
    assert (answered, body["code"]) == (status, code)


async def test_without_a_token_nothing_is_told(plain: Plain) -> None:
    plain.simulator.revoke_token()
    status, body = await plain.asks("GET", "/users/@me")
    assert (status, body) == (401, {"message": "401: Unauthorized", "code": 0})
    assert plain.simulator.server.invalid == 1


async def test_what_is_no_json_is_refused(plain: Plain) -> None:
    url = f"{plain.simulator.api_url}/channels/{plain.room.id}/messages"
    async with plain.session.post(url, data=b"{", headers={"Content-Type": "application/json"}) as answer:
        assert (answer.status, (await answer.json())["code"]) == (400, 50109)


@pytest.mark.parametrize(
    ("modal", "status"),
    [
        ({"custom_id": "story:1", "title": "A story"}, 200),
        ({"custom_id": "c" * 101, "title": "A story"}, 400),
        ({"custom_id": "story:1", "title": "t" * 46}, 400),
        ({"custom_id": "story:1", "title": "A story", "components": []}, 400),
    ],
)
async def test_a_form_that_is_too_much_is_refused(plain: Plain, modal: dict[str, Any], status: int) -> None:
    told = {"name": "story", "description": "Plans a story", "type": 1}
    await plain.asks("PUT", f"/applications/{plain.simulator.bot.id}/commands", [told])
    opened = plain.simulator.user_commands(plain.room, plain.ana, "story")
    field = {"type": 18, "label": "Text", "component": {"type": 4, "custom_id": "text", "style": 1}}
    form = {"type": 9, "data": {"components": [field], **modal}}
    path = f"/interactions/{opened.id}/{opened.token}/callback?with_response=1"
    assert (await plain.asks("POST", path, form))[0] == status
    assert opened.answered is (status == 200)


async def test_too_many_choices_are_refused(plain: Plain) -> None:
    option = {"type": 3, "name": "when", "description": "When", "autocomplete": True}
    told = {"name": "story", "description": "Plans a story", "type": 1, "options": [option]}
    await plain.asks("PUT", f"/applications/{plain.simulator.bot.id}/commands", [told])
    asked = acting.completes(plain.simulator.world, plain.room, plain.ana, "story", "when", "da", {})
    for count, expected in ((26, 400), (25, 204)):
        form = {"type": 8, "data": {"choices": [{"name": f"{n}", "value": f"{n}"} for n in range(count)]}}
        status, _ = await plain.asks("POST", f"/interactions/{asked.id}/{asked.token}/callback", form)
        assert status == expected


@pytest.mark.parametrize(
    ("command", "status"),
    [
        ({"name": "story", "description": "Plans"}, 200),
        ({"name": "Story", "description": "Plans"}, 400),
        ({"name": "s" * 33, "description": "Plans"}, 400),
        ({"name": "story", "description": ""}, 400),
        ({"name": "story", "description": "d" * 101}, 400),
    ],
)
async def test_a_commands_words_are_checked(plain: Plain, command: dict[str, Any], status: int) -> None:
    answered, _ = await plain.asks("PUT", f"/applications/{plain.simulator.bot.id}/commands", [command])
    assert answered == status
