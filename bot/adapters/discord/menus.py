"""Slash commands and the entries of a message's menu, registered as a whole where they differ from Discord's list."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.adapters.discord.api import Api
from bot.commands import COMMANDS, Command
from bot.messages import Field

SLASH, ON_MESSAGE = 1, 3
STRING, ATTACHMENT = 3, 11
IN_GUILD, IN_DM = 0, 1
INSTALLED_IN_GUILD = 0
HELP_LETTERS, NAME_LETTERS = 100, 32

Said = dict[str, Any]


@dataclass(frozen=True)
class Offer:
    """A command with its sentences: its help, what each of its fields is for, and its entry in a message's menu (empty:
    none)."""

    command: Command
    help: str
    fields: Mapping[str, str]
    entry: str = ""


def offers(say: Callable[[str], str], commands: Iterable[Command] = COMMANDS) -> list[Offer]:
    """The commands that are built, each with its sentences, which `say` gives by their names."""
    return [
        Offer(
            command,
            say(command.help),
            {field.name: say(command.field_help(field)) for field in command.fields},
            say(command.menu_label) if command.in_menu else "",
        )
        for command in commands
        if command.built
    ]


def forms(offered: Sequence[Offer]) -> dict[str, list[Field]]:
    """The questions of the commands that open a form."""
    return {
        offer.command.name: [
            Field(field.name, offer.fields[field.name], field.kind, field.required)
            for field in offer.command.fields
            if field.in_form
        ]
        for offer in offered
        if offer.command.asks
    }


def entries(offered: Sequence[Offer]) -> dict[str, str]:
    """The commands behind the entries of a message's menu, by what the entry says."""
    return {offer.entry[:NAME_LETTERS]: offer.command.name for offer in offered if offer.entry}


def trees(offered: Sequence[Offer]) -> tuple[list[Said], list[Said]]:
    """What is registered everywhere, and what in the owners' guild alone. A name that customers have too is
    everybody's: the core looks who uses it where."""
    everywhere: dict[tuple[int, str], Said] = {}
    in_guild: dict[tuple[int, str], Said] = {}
    for offer in sorted(offered, key=lambda offer: offer.command.audience != "customer"):
        for told in _commands(offer):
            key = told["type"], told["name"]
            if offer.command.audience == "customer":
                both = {"contexts": [IN_GUILD, IN_DM], "integration_types": [INSTALLED_IN_GUILD]}
                everywhere.setdefault(key, told | both)
            elif key not in everywhere:
                in_guild.setdefault(key, told)
    return list(everywhere.values()), list(in_guild.values())


async def register(api: Api, application_id: str, guild_id: str, offered: Sequence[Offer]) -> int:
    """Registers each list that differs from what Discord has; returns how many did. Raises DeliveryError."""
    everywhere, in_guild = trees(offered)
    changed = await _register(api, f"/applications/{application_id}/commands", everywhere)
    if guild_id:
        changed += await _register(api, f"/applications/{application_id}/guilds/{guild_id}/commands", in_guild)
    return changed


async def _register(api: Api, path: str, wanted: list[Said]) -> int:
    known = await api.call("GET", path)
    if sorted(map(_essence, known)) == sorted(map(_essence, wanted)):
        return 0
    await api.call("PUT", path, json=wanted)
    return 1


def _commands(offer: Offer) -> list[Said]:
    name, options = offer.command.name, [_option(offer, field.name) for field in offer.command.fields]
    told: list[Said] = [{"type": SLASH, "name": name, "description": _cut(offer.help or name), "options": options}]
    if offer.entry:
        told.append({"type": ON_MESSAGE, "name": offer.entry[:NAME_LETTERS]})
    return told


def _option(offer: Offer, name: str) -> Said:
    field = next(field for field in offer.command.fields if field.name == name)
    told: Said = {
        "type": ATTACHMENT if field.kind == "file" else STRING,
        "name": name,
        "description": _cut(offer.fields[name] or name),
        "required": field.required,
    }
    return told | ({"autocomplete": True} if field.completes else {})


def _cut(words: str) -> str:
    line = " ".join(words.split())
    return line if len(line) <= HELP_LETTERS else line[: HELP_LETTERS - 1] + "…"


def _essence(told: Said) -> str:
    """A command as far as we give it, whatever Discord adds."""
    options = [
        (o["type"], o["name"], o["description"], bool(o.get("required")), bool(o.get("autocomplete")))
        for o in told.get("options") or ()
    ]
    contexts = sorted(told.get("contexts") or ())
    return repr((told.get("type", SLASH), told["name"], told.get("description") or "", options, contexts))
