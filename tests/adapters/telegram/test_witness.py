"""The adapter before an imitation of Telegram that others wrote: our own simulator may share our own mistakes."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.adapter import Call, Core
from bot.adapters.telegram.adapter import TelegramAdapter
from bot.messages import Button, ChatRef, InboundMessage, MessageRef, OutboundMessage, RawUpdate, Receipt, Text, styled
from tests.simulators.telegram.meeting import until
from tests.simulators.telegram_witness.witness import Unavailable, Witness, install, witness

TOKEN = "4242:AAwitness-token"
ANA = 77


@dataclass
class Stand:
    """The adapter and the witness, with what the adapter handed over."""

    witness: Witness
    adapter: TelegramAdapter
    stored: list[RawUpdate] = field(default_factory=list)

    async def accept(self, updates: Sequence[RawUpdate]) -> None:
        """Remembers."""
        self.stored.extend(updates)

    async def heard(self, count: int = 1) -> list[InboundMessage]:
        """The first `count` messages, once they are there."""
        await until(lambda: len(self.stored) >= count)
        return [self.adapter.decode(update.body) for update in self.stored]

    async def makes(self, text: Text | str = "", *, target: Receipt | None = None, **what: object) -> Receipt:
        """One call to Ana's chat."""
        chat = ChatRef("telegram", self.adapter.bot, str(ANA))
        words = Text(text) if isinstance(text, str) else text
        message = OutboundMessage(chat, "key", text=words, **what)  # type: ignore[arg-type]
        ref = MessageRef(chat, target.message_id) if target else None
        return await self.adapter.send(Call(chat, message, "nonce", ref))


async def no_blob(sha256: str) -> bytes:
    raise KeyError(sha256)


@pytest.fixture(scope="module")
def installed() -> Path:
    """The package, or the reason why there is none: a skip, and with CI=true a failure."""
    try:
        return install()
    except Unavailable as error:
        if os.environ.get("CI") == "true":
            pytest.fail(f"no second witness: {error}")
        pytest.skip(f"no second witness: {error}")


@pytest.fixture
async def stand(installed: Path) -> AsyncIterator[Stand]:
    """A started adapter at the witness' door."""
    async with witness(installed, TOKEN) as other:
        adapter = TelegramAdapter(TOKEN, api_base_url=other.url, now=lambda: datetime.now(UTC))
        stand = Stand(other, adapter)
        await adapter.start(Core(stand.accept, no_blob))
        try:
            await until(lambda: bool(adapter.health()["connected"]))
            yield stand
        finally:
            await adapter.stop()


async def test_a_text_arrives_and_is_answered(stand: Stand) -> None:
    await stand.witness.says(ANA, "Do you ship to Germany?")
    (asked,) = await stand.heard()
    assert (asked.kind, asked.text.plain, asked.chat.chat_id) == ("text", "Do you ship to Germany?", str(ANA))
    assert (asked.sender.name, asked.sender.language) == ("Ana", "de")
    receipt = await stand.makes(Text("Yes, to ") + styled("bold", "Germany"))
    (said,) = await stand.witness.said_by_bot(ANA)
    assert (said["text"], str(said["message_id"])) == ("Yes, to Germany", receipt.message_id)
    assert said["entities"] == [{"type": "bold", "offset": 8, "length": 7}]


async def test_a_command_arrives_with_what_follows_it(stand: Stand) -> None:
    await stand.witness.says(ANA, "/start tea-12")
    (started,) = await stand.heard()
    assert (started.kind, started.action, started.text.plain) == ("command", "start", "tea-12")


async def test_a_pressed_button_arrives_with_its_data(stand: Stand) -> None:
    shown = await stand.makes("Did this help?", buttons=(Button("Yes", "helped_yes:1"),))
    (said,) = await stand.witness.said_by_bot(ANA)
    assert said["reply_markup"] == {"inline_keyboard": [[{"text": "Yes", "callback_data": "helped_yes:1"}]]}
    await stand.witness.presses(ANA, int(shown.message_id), "helped_yes:1")
    (pressed,) = await stand.heard()
    assert (pressed.kind, pressed.action, pressed.message_id) == ("button", "helped_yes:1", shown.message_id)


async def test_an_edit_changes_the_message_that_is_there(stand: Stand) -> None:
    first = await stand.makes("One")
    edited = await stand.makes("Two", op="edit", target=first)
    assert edited.message_id == first.message_id
    assert [said["text"] for said in await stand.witness.said_by_bot(ANA)] == ["Two"]


async def test_a_delete_takes_the_message_away(stand: Stand) -> None:
    kept, gone = await stand.makes("Kept"), await stand.makes("Gone")
    await stand.makes(op="delete", target=gone)
    said = await stand.witness.said_by_bot(ANA)
    assert [str(message["message_id"]) for message in said] == [kept.message_id]
