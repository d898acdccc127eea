"""The gateway's events, one message each: who did it, and whether the bot is meant. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

Said = dict[str, Any]


@dataclass(frozen=True)
class Event:
    """An event by the gateway's name for it. `serial` numbers it, so that one that comes twice is known again; `at` is
    an ISO instant, for those that bear no time of their own. `body` is what is stored of it, once its place is known: a
    moment later that may be gone."""

    name: str
    told: Said
    serial: str = ""
    at: str = ""
    body: Said | None = None


def apart(event: str, told: Said) -> Iterator[tuple[str, Said]]:
    """An event as one or more that each tell of one message."""
    if event != "MESSAGE_DELETE_BULK":
        yield event, told
        return
    rest = {name: value for name, value in told.items() if name != "ids"}
    for message_id in told.get("ids") or ():
        yield "MESSAGE_DELETE", rest | {"id": message_id}


def is_addressed(event: str, told: Said, bot: str) -> bool:
    """Whether something in a channel of everybody's is meant for the bot: its name is there, or it is answered."""
    if event == "INTERACTION_CREATE":
        return True
    if event not in ("MESSAGE_CREATE", "MESSAGE_UPDATE"):
        return False
    answered = (told.get("referenced_message") or {}).get("author") or {}
    return answered.get("id") == bot or any(user.get("id") == bot for user in told.get("mentions") or ())


def person_of(event: str, told: Said) -> str:
    """Who did it, as far as the event says."""
    if event == "INTERACTION_CREATE":
        user = told.get("user") or (told.get("member") or {}).get("user") or {}
        return str(user.get("id") or "")
    if event.startswith("MESSAGE_REACTION"):
        return str(told.get("user_id") or "")
    return str((told.get("author") or {}).get("id") or "")
