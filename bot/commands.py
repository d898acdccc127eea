"""Every command there is: Telegram's lists, Discord's tree, /help and the docs are made from this table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Audience = Literal["customer", "thread", "room"]


@dataclass(frozen=True)
class Command:
    """A command and who may use it, where. `usage` follows the name in /help; `help` is the name of its sentence
    in the texts. One that isn't `built` yet says so."""

    name: str
    audience: Audience
    usage: str = ""
    built: bool = True

    @property
    def help(self) -> str:
        """The name of its line in the texts."""
        return f"help_{self.audience}_{self.name}"


COMMANDS = (
    Command("start", "customer"),
    Command("help", "customer"),
    Command("human", "customer"),
    Command("stop", "customer"),
    Command("settings", "customer", built=False),
    Command("mydata", "customer", built=False),
    Command("forgetme", "customer", built=False),
    Command("events", "customer", built=False),
    Command("deals", "customer", built=False),
    Command("suggest", "customer", built=False),
    Command("close", "thread"),
    Command("help", "thread"),
    Command("reopen", "thread", built=False),
    Command("teach", "thread", built=False),
    Command("snooze", "thread", built=False),
    Command("block", "thread", built=False),
    Command("customer", "thread", built=False),
    Command("story", "room", "[when] text"),
    Command("stories", "room"),
    Command("waiting", "room"),
    Command("help", "room"),
    Command("find", "room", built=False),
    Command("gaps", "room", built=False),
    Command("insights", "room", built=False),
)


def find(name: str, audience: Audience) -> Command | None:
    """The command of that name for that audience."""
    return next((c for c in COMMANDS if c.name == name and c.audience == audience), None)


def commands_for(audience: Audience) -> list[Command]:
    """What an audience can use now."""
    return [command for command in COMMANDS if command.audience == audience and command.built]
