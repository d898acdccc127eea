"""Commands, presses and forms: the first answer within three seconds, after the commit where that is quick enough."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any

from bot.adapter import Complete, DeliveryError, Reason
from bot.adapters.discord.api import Api
from bot.adapters.discord.events import person_of
from bot.messages import Field
from bot.recent import Recent

LATEST_S = 1.5
COMPLETE_S = 1.0
CHOICES_AT_MOST, CHOICE_LETTERS = 25, 100
COMMAND, COMPONENT, AUTOCOMPLETE, SUBMIT = 2, 3, 4, 5
DEFER, DEFER_UPDATE, CHOICES, MODAL = 5, 6, 8, 9
EPHEMERAL = 1 << 6
STYLES = {"line": 1, "paragraph": 2}
LABEL, TEXT_INPUT, FILE_UPLOAD = 18, 4, 19
LABEL_LETTERS, TITLE_LETTERS, FILES_AT_MOST = 45, 45, 10
FORM = "form:"
"""Begins the custom_id of a command's form; the command's name follows."""

Said = dict[str, Any]
Wait = Callable[[float], Awaitable[None]]
Forms = Mapping[str, Sequence[Field]]
"""The forms of commands, by name; they are opened by whoever is an owner."""


class Interactions:
    """Answers Discord at once: whether we think, what may be put in, which form is to be filled.

    `in_room` says whether a channel is the owners', `is_owner` whether a person is one everywhere.
    """

    def __init__(
        self, api: Api, forms: Forms, in_room: Callable[[str], bool], is_owner: Callable[[str], bool], wait: Wait
    ) -> None:
        self.complete: Complete | None = None
        self._api = api
        self._forms = forms
        self._in_room = in_room
        self._is_owner = is_owner
        self._wait = wait
        self._stored: dict[str, asyncio.Event] = {}
        self._answers = Recent[str, asyncio.Task[None]]()
        self._under_way: set[asyncio.Task[None]] = set()

    @property
    def under_way(self) -> int:
        """How many first answers are not given yet."""
        return len(self._under_way)

    def arrived(self, told: Said) -> bool:
        """Takes note of an interaction at the instant of its arrival. False for one that is answered here and now, and
        is nothing to be stored."""
        name = str(told.get("id"))
        if told.get("type") == AUTOCOMPLETE:
            self._begin(name, self._offer(told))
            return False
        if form := self._form_for(told):
            self._begin(name, self._respond(told, {"type": MODAL, "data": form}))
            return False
        if name not in self._answers:
            self._stored[name] = asyncio.Event()
            self._begin(name, self._defer(told, self._stored[name]))
        return True

    def stored(self, names: Sequence[str]) -> None:
        """Interactions are committed: now Discord may be told."""
        for name in names:
            if event := self._stored.pop(name, None):
                event.set()

    def knows(self, name: str) -> bool:
        """Whether this process gave its first answer, or tried to."""
        return name in self._answers

    async def answered(self, name: str) -> None:
        """Returns when the first answer to an interaction was tried, where that is ours to do."""
        if task := self._answers.get(name):
            await asyncio.wait([task])

    async def stop(self) -> None:
        """Lets go of answers that are still under way."""
        for task in tuple(self._under_way):
            task.cancel()
        await asyncio.gather(*self._under_way, return_exceptions=True)

    def _begin(self, name: str, answering: Awaitable[None]) -> None:
        task = asyncio.ensure_future(answering)
        self._answers[name] = task
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def _defer(self, told: Said, stored: asyncio.Event) -> None:
        waits = [asyncio.ensure_future(stored.wait()), asyncio.ensure_future(self._wait(LATEST_S))]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()
        if told.get("type") == COMPONENT:
            await self._respond(told, {"type": DEFER_UPDATE})
        else:
            whispered = is_whispered(told, self._in_room)
            await self._respond(told, {"type": DEFER, "data": {"flags": EPHEMERAL if whispered else 0}})

    async def _respond(self, told: Said, answer: Said) -> None:
        """The first answer, once more where it was cut: an answer that was taken already is refused, and no harm."""
        path = f"/interactions/{told['id']}/{told['token']}/callback"
        for _ in range(2):
            try:
                await self._api.call("POST", path, json=answer)
                return
            except DeliveryError as error:
                if error.reason not in (Reason.uncertain, Reason.unreachable):
                    return  # too late, or answered before: what follows goes another way

    async def _offer(self, told: Said) -> None:
        """What may be put in for the option that is being typed; nothing where that takes long."""
        offered: Sequence[tuple[str, str]] = ()
        with suppress(Exception):
            async with asyncio.timeout(COMPLETE_S):
                offered = await self._ask(told)
        cut = [(label[:CHOICE_LETTERS], value) for label, value in offered if label and len(value) <= CHOICE_LETTERS]
        choices = [{"name": label, "value": value} for label, value in cut[:CHOICES_AT_MOST]]
        await self._respond(told, {"type": CHOICES, "data": {"choices": choices}})

    async def _ask(self, told: Said) -> Sequence[tuple[str, str]]:
        data = told["data"]
        focused = next(option for option in data.get("options", ()) if option.get("focused"))
        if self.complete is None:
            return ()
        in_room = self._in_room(str(told.get("channel_id")))
        person = person_of("INTERACTION_CREATE", told)
        return await self.complete(str(data["name"]), str(focused["name"]), str(focused["value"]), person, in_room)

    def _form_for(self, told: Said) -> Said | None:
        """The form that a command without options opens; nobody but an owner is asked."""
        data = told.get("data") or {}
        fields = self._forms.get(str(data.get("name")), ())
        if told.get("type") != COMMAND or data.get("type", 1) != 1 or data.get("options") or not fields:
            return None
        person = person_of("INTERACTION_CREATE", told)
        if not (self._in_room(str(told.get("channel_id"))) or self._is_owner(person)):
            return None
        name = str(data["name"])
        return {"custom_id": FORM + name, "title": f"/{name}"[:TITLE_LETTERS], "components": [*map(_asked, fields)]}


def _asked(field: Field) -> Said:
    """One question of a form."""
    if field.kind == "file":
        asked: Said = {"type": FILE_UPLOAD, "min_values": 1 if field.required else 0, "max_values": FILES_AT_MOST}
    else:
        asked = {"type": TEXT_INPUT, "style": STYLES[field.kind]}
        asked |= {"value": field.value} if field.value else {}
    asked |= {"custom_id": field.name, "required": field.required}
    return {"type": LABEL, "label": field.label[:LABEL_LETTERS], "component": asked}


def is_whispered(told: Said, in_room: Callable[[str], bool]) -> bool:
    """Whether the answer is for one person's eyes: in a guild's channels, the owners' room aside."""
    return bool(told.get("guild_id")) and not in_room(str(told.get("channel_id")))
