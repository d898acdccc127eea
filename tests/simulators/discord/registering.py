"""The bot's commands: registered as a whole or one by one, everywhere or in the guild."""

from __future__ import annotations

from typing import Any

from tests.simulators.discord import limits
from tests.simulators.discord.accounts import check_guild
from tests.simulators.discord.errors import ApiError, invalid_form, unknown
from tests.simulators.discord.state import World
from tests.simulators.discord.wire import Call


def register(world: World, call: Call) -> list[dict[str, Any]]:
    """Replaces all commands, global ones or the guild's."""
    if not isinstance(call.body, list):
        raise ApiError(400, 50109, "The request body contains invalid JSON.")
    names = [(given.get("type") or 1, given.get("name")) for given in call.body]
    if len(set(names)) < len(names):
        raise invalid_form("name", "APPLICATION_COMMANDS_DUPLICATE_NAME", "Application command names must be unique")
    known = {(c["type"], c["name"]): c["id"] for c in _commands(world, call)}
    told = [_command(world, call, given, known) for given in call.body]
    world.commands[_scope(world, call)] = told
    return told


def register_one(world: World, call: Call) -> tuple[int, dict[str, Any]]:
    """Adds or replaces one command."""
    known = {(c["type"], c["name"]): c["id"] for c in _commands(world, call)}
    told = _command(world, call, call.form, known)
    kept = [c for c in _commands(world, call) if c["id"] != told["id"]]
    world.commands[_scope(world, call)] = [*kept, told]
    return (200 if (told["type"], told["name"]) in known else 201), told


def read_commands(world: World, call: Call) -> list[dict[str, Any]]:
    """The registered commands."""
    return _commands(world, call)


def remove_command(world: World, call: Call) -> None:
    """Takes one command away."""
    kept = [c for c in _commands(world, call) if c["id"] != call.ids["command"]]
    if len(kept) == len(_commands(world, call)):
        raise unknown("application command")
    world.commands[_scope(world, call)] = kept


def _scope(world: World, call: Call) -> int:
    if call.id("application") != world.bot.id:
        raise ApiError(403, 20012, "You are not authorized to perform this action on this application")
    if "guild" in call.ids:
        check_guild(world, call)
        return call.id("guild")
    return 0


def _commands(world: World, call: Call) -> list[dict[str, Any]]:
    return world.commands.get(_scope(world, call), [])


def _command(world: World, call: Call, given: dict[str, Any], known: dict[tuple[int, str], str]) -> dict[str, Any]:
    kind = given.get("type") or 1
    name = limits.text(given, "name", 32, least=1)
    if kind == 1 and (name != name.lower() or " " in name):
        raise invalid_form("name", "APPLICATION_COMMAND_INVALID_NAME", "Command name is invalid")
    limits.text(given, "description", 100, least=1 if kind == 1 else 0)
    limits.items(given, "options", 25)
    scope = {"guild_id": call.ids["guild"]} if "guild" in call.ids else {}
    kept = {key: value for key, value in given.items() if value is not None}
    kept["options"] = [_option(option) for option in kept.get("options", [])]
    rights = given.get("default_member_permissions")
    return {
        **kept,
        "id": known.get((kind, name)) or str(world.new_id()),
        "application_id": str(world.bot.id),
        "version": str(world.new_id()),
        "type": kind,
        "description": given.get("description") or "",
        "default_member_permissions": None if rights is None else str(rights),
        "nsfw": bool(given.get("nsfw")),
        **scope,
    }


def _option(option: dict[str, Any]) -> dict[str, Any]:
    limits.text(option, "name", 32, least=1, path="options.name")
    limits.text(option, "description", 100, least=1, path="options.description")
    limits.items(option, "choices", 25, path="options.choices")
    kept = {key: value for key, value in option.items() if value is not None}
    if "options" in kept:
        kept["options"] = [_option(inner) for inner in kept["options"]]
    return kept


EVERYWHERE, IN_GUILD = "/applications/{application}/commands", "/applications/{application}/guilds/{guild}/commands"
ROUTES = {
    f"{verb} {path}{more}": handler
    for path in (EVERYWHERE, IN_GUILD)
    for verb, more, handler in (
        ("PUT", "", register),
        ("POST", "", register_one),
        ("GET", "", read_commands),
        ("DELETE", "/{command}", remove_command),
    )
}
