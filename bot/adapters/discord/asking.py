"""What an interaction asks: the name of the command or form, what was filled in, and the files. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.adapters.discord.attachments import attachment, word
from bot.commands import COMMANDS
from bot.messages import InboundKind, Media

COMMAND, PRESS, SUBMIT = 2, 3, 5
"""Types of interactions: a command, a button or menu, a form that was sent."""
MESSAGE_MENU = 3
"""The type of a command that stands in the menu of a message."""
FORM = "form:"
"""How the custom_id of a command's form begins; the command's name follows."""
COMMAND_NAMES = frozenset(command.name for command in COMMANDS)
WORDS = ("text", "message")
"""Under which names a command's or form's words may stand."""

Payload = Mapping[str, Any]


@dataclass(frozen=True)
class Asked:
    """What somebody asks for. `about` is the id of the message that the asking is about, or empty."""

    kind: InboundKind
    action: str
    fields: dict[str, str] = field(default_factory=dict)
    media: tuple[Media, ...] = ()
    about: str = ""

    @property
    def words(self) -> str:
        """The text that was given, as it was typed."""
        return next((self.fields[name] for name in WORDS if self.fields.get(name)), "")


def asked(interaction: Payload, entry: str | None = None) -> Asked:
    """What an interaction asks; `entry` is the command that an entry in a message's menu stands for.

    Raises KeyError, TypeError or ValueError for what it can't read.
    """
    data, prefix = interaction["data"], f"{int(interaction.get('channel_id') or 0)}/0"
    match interaction["type"]:
        case 2:
            return _command(data, prefix, entry)
        case 3:
            picked = {"values": ",".join(map(str, data["values"]))} if data.get("values") else {}
            return Asked("button", word(data["custom_id"]), picked, about=str(int(interaction["message"]["id"])))
        case 5:
            fields, media = _gathered(_inputs(data["components"]), data, prefix)
            name = word(data["custom_id"])
            command = name.removeprefix(FORM).partition(":")[0]
            if name.startswith(FORM) and command in COMMAND_NAMES:
                return Asked("command", command, fields, media)
            return Asked("form", name, fields, media)
    raise ValueError(f"no interaction of type {interaction['type']} is read")


def _command(data: Payload, prefix: str, entry: str | None) -> Asked:
    name = word(entry or data["name"])
    if data.get("type") == MESSAGE_MENU:
        return Asked("command", name, about=str(int(data["target_id"])))
    fields, media = _gathered(_options(data.get("options") or ()), data, prefix)
    return Asked("command", name, fields, media)


def _options(options: Sequence[Payload]) -> Iterator[tuple[str, Any]]:
    """The options by name, those of a subcommand among them."""
    for option in options:
        if "value" in option:
            yield word(option["name"]), option["value"]
        yield from _options(option.get("options") or ())


def _inputs(components: Sequence[Payload]) -> Iterator[tuple[str, Any]]:
    """What was filled in, by name, in rows and labels of whatever depth."""
    for component in components:
        inner = component.get("components") or ([component["component"]] if component.get("component") else ())
        yield from _inputs(inner)
        if "custom_id" in component:
            yield word(component["custom_id"]), component.get("value", component.get("values") or "")


def _gathered(given: Iterator[tuple[str, Any]], data: Payload, prefix: str) -> tuple[dict[str, str], tuple[Media, ...]]:
    """What was given in words, and what as files."""
    files: Payload = (data.get("resolved") or {}).get("attachments") or {}
    fields: dict[str, str] = {}
    media: list[Media] = []
    for name, value in given:
        values = list(value) if isinstance(value, list) else [value]
        media += [attachment(files[str(v)], prefix) for v in values if str(v) in files]
        words = [str(v).lower() if isinstance(v, bool) else str(v) for v in values if str(v) not in files]
        if words:
            fields[name] = ",".join(words)
    return fields, tuple(media)
