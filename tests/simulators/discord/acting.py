"""What people set off: presses, choices, commands, menus, forms; each becomes an interaction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.simulators.discord.channels import Channel
from tests.simulators.discord.describing import news_of
from tests.simulators.discord.files import Attachment, Upload
from tests.simulators.discord.interactions import AUTOCOMPLETE, COMMAND, COMPONENT, SUBMIT, Interaction
from tests.simulators.discord.messages import Message
from tests.simulators.discord.people import User
from tests.simulators.discord.state import World

Given = Mapping[str, Any]
SUBCOMMAND, GROUP, ATTACHMENT = 1, 2, 11
TEXT_INPUT, FILE_UPLOAD, CHECKBOX, RADIO = 4, 19, 23, 21


def presses(world: World, message: Message, named: str, user: User) -> Interaction:
    """Somebody presses a button, named by its label or custom_id."""
    assert user in (message.whispered_to or user,), "somebody else's whisper"
    button = message.button(named)
    assert "custom_id" in button, f"{named!r} is a link"
    data = {"custom_id": button["custom_id"], "component_type": button["type"], "id": button["id"]}
    return _begin(world, COMPONENT, user, message.channel, data, message)


def forges(world: World, message: Message, custom_id: str, user: User) -> Interaction:
    """Somebody sends a press of a button that isn't there."""
    data = {"custom_id": custom_id, "component_type": 2, "id": 2}
    return _begin(world, COMPONENT, user, message.channel, data, message)


def selects(world: World, message: Message, custom_id: str, values: list[str], user: User) -> Interaction:
    """Somebody chooses in a menu beneath a message."""
    menu = message.button(custom_id)
    data = {"custom_id": custom_id, "component_type": menu["type"], "id": menu["id"], "values": values}
    return _begin(world, COMPONENT, user, message.channel, data, message)


def commands(world: World, channel: Channel, user: User, name: str, options: Given) -> Interaction:
    """Somebody uses a slash command; `story plan` is the subcommand plan of story. An Upload is an attachment."""
    assert not channel.archived, f"{channel.name} is archived: it takes no commands"
    command = find(world, channel, name.split()[0], 1)
    return _begin(world, COMMAND, user, channel, _command_data(world, channel, command, name, options, focused=""))


def completes(
    world: World, channel: Channel, user: User, name: str, option: str, prefix: str, others: Given
) -> Interaction:
    """Somebody types into an option of a slash command, and is offered choices."""
    command = find(world, channel, name.split()[0], 1)
    given = {**others, option: prefix}
    return _begin(
        world, AUTOCOMPLETE, user, channel, _command_data(world, channel, command, name, given, focused=option)
    )


def uses_menu(world: World, target: Message | User, channel: Channel, user: User, entry: str) -> Interaction:
    """Somebody uses an entry in the menu of a message or of a person."""
    is_message = isinstance(target, Message)
    command = find(world, channel, entry, 3 if is_message else 2)
    data = {"id": command["id"], "name": entry, "type": command["type"], "target_id": str(target.id)}
    data["resolved"] = (
        {"messages": {str(target.id): news_of(world, target, content=True)}}
        if isinstance(target, Message)
        else _resolved_user(world, channel, target)
    )
    return _begin(world, COMMAND, user, channel, data)


def _resolved_user(world: World, channel: Channel, user: User) -> dict[str, Any]:
    told: dict[str, Any] = {"users": {str(user.id): user.as_json()}}
    if channel.guild_id and user.id in world.guild.members:
        member = world.guild.members[user.id].as_json(with_user=False)
        told["members"] = {str(user.id): member | {"permissions": "0"}}
    return told


def find(world: World, channel: Channel, name: str, kind: int) -> dict[str, Any]:
    """A command that is offered there. Raises AssertionError where none is."""
    scopes = (channel.guild_id, 0) if channel.guild_id else (0,)
    there = [c for scope in scopes for c in world.commands.get(scope, []) if c["type"] == kind]
    found = next((c for c in there if c["name"] == name and _offered(c, channel)), None)
    assert found, f"no command {name!r} in {channel.name or 'a direct channel'}: {[c['name'] for c in there]}"
    return found


def _offered(command: dict[str, Any], channel: Channel) -> bool:
    contexts = command.get("contexts")
    if contexts is not None:
        return (0 if channel.guild_id else 1) in contexts
    return bool(channel.guild_id) or command.get("dm_permission") is not False


def _command_data(
    world: World, channel: Channel, command: dict[str, Any], path: str, given: Given, *, focused: str
) -> dict[str, Any]:
    inner = path.split()[1:]
    known = _declared(command, inner)
    assert set(given) <= set(known), f"/{path} has no option {set(given) - set(known)}"
    missing = [name for name, option in known.items() if option.get("required") and name not in given]
    assert focused or not missing, f"/{path} needs {missing}"
    attachments: list[Attachment] = []
    told: list[dict[str, Any]] = []
    for name, value in given.items():
        option: dict[str, Any] = {"name": name, "type": known[name]["type"], "value": value}
        if isinstance(value, Upload):
            attachments.append(world.files.keep(world.new_id(), channel.id, value))
            option["value"] = str(attachments[-1].id)
        elif name != focused:
            _check_choice(known[name], value)
        told.append(option | ({"focused": True} if name == focused else {}))
    for part, kind in zip(reversed(inner), (SUBCOMMAND, GROUP), strict=False):
        told = [{"name": part, "type": kind, "options": told}]
    data = {"id": command["id"], "name": command["name"], "type": 1, "options": told}
    return data | (_resolved_files(world, attachments) if attachments else {})


def _declared(command: dict[str, Any], inner: list[str]) -> dict[str, dict[str, Any]]:
    """The options of a command, or of the subcommand that `inner` leads to."""
    declared = command
    for part in inner:
        declared = next(o for o in declared["options"] if o["name"] == part and o["type"] in (SUBCOMMAND, GROUP))
    return {option["name"]: option for option in declared.get("options", [])}


def _check_choice(option: dict[str, Any], value: Any) -> None:
    choices = option.get("choices")
    assert not choices or value in [choice["value"] for choice in choices], f"{value!r} is no choice of {choices}"
    if isinstance(value, str) and option["type"] == 3:
        assert option.get("min_length", 0) <= len(value) <= option.get("max_length", 6000), f"{option['name']}: length"


def _resolved_files(world: World, attachments: list[Attachment]) -> dict[str, Any]:
    return {"resolved": {"attachments": {str(a.id): world.files.as_json(a) for a in attachments}}}


@dataclass
class _Filling:
    """A form that is being filled: what is still to be put into fields, and the files that were."""

    world: World
    channel: Channel
    values: dict[str, Any]
    files: dict[str, list[Upload]]
    attached: list[Attachment] = field(default_factory=list)

    def row(self, number: int, row: dict[str, Any]) -> dict[str, Any]:
        """A row of the form as it is sent back."""
        if row["type"] == 18:
            return {"type": 18, "id": number, "component": self.field(row["component"], row["label"])}
        fields = row.get("components", [])
        sent = {"components": [self.field(item, item.get("label")) for item in fields]} if fields else {}
        return {"type": row["type"], "id": number, **sent}

    def field(self, item: dict[str, Any], label: str | None) -> dict[str, Any]:
        """A field with what was put into it. Raises AssertionError for what Discord wouldn't let a person send."""
        told = {"type": item["type"], "custom_id": item["custom_id"], "id": item.get("id", 1)}
        if item["type"] == FILE_UPLOAD:
            given = _taken(self.files, item, label, [])
            _check_count(item, len(given), label)
            kept = [self.world.files.keep(self.world.new_id(), self.channel.id, upload) for upload in given]
            self.attached += kept
            return told | {"values": [str(attachment.id) for attachment in kept]}
        if item["type"] == TEXT_INPUT:
            value = _taken(self.values, item, label, item.get("value") or "")
            _check_text(item, value, label)
            return told | {"value": value}
        if item["type"] in (CHECKBOX, RADIO):
            unset = item.get("default", False) if item["type"] == CHECKBOX else None
            return told | {"value": _taken(self.values, item, label, unset)}
        return told | {"values": list(_taken(self.values, item, label, []))}


def submits(world: World, opened: Interaction, values: Given, files: Mapping[str, list[Upload]]) -> Interaction:
    """Somebody fills the form that an interaction opened; fields are named by their label or custom_id."""
    assert opened.modal, "no form was opened"
    filling = _Filling(world, opened.channel, dict(values), dict(files))
    rows = [filling.row(number, row) for number, row in enumerate(opened.modal["components"], 1)]
    left = [*filling.values, *filling.files]
    assert not left, f"the form has no field {left}"
    data: dict[str, Any] = {"custom_id": opened.modal["custom_id"], "components": rows}
    if filling.attached:
        data |= _resolved_files(world, filling.attached)
    return _begin(world, SUBMIT, opened.user, opened.channel, data, opened.message)


def _taken(given: dict[str, Any], item: dict[str, Any], label: str | None, default: Any) -> Any:
    for name in (item["custom_id"], label or ""):
        if name in given:
            return given.pop(name)
    return default


def _check_text(item: dict[str, Any], value: str, label: str | None) -> None:
    if not value:
        assert not item.get("required", True), f"the field {label!r} must be filled"
        return
    assert len(value) >= (item.get("min_length") or 0), f"the field {label!r} is too short"
    assert len(value) <= (item.get("max_length") or 4000), f"the field {label!r} takes less"


def _check_count(item: dict[str, Any], count: int, label: str | None) -> None:
    asked, most = item.get("min_values"), item.get("max_values") or 1
    least = (1 if asked is None else asked) if item.get("required", True) else 0
    assert least <= count <= most, f"the field {label!r} doesn't take {count} files"


def _begin(
    world: World, kind: int, user: User, channel: Channel, data: dict[str, Any], message: Message | None = None
) -> Interaction:
    number = world.new_id()
    interaction = Interaction(number, f"token-of-{number}", kind, user, channel, data, world.now(), message)
    world.interactions.append(interaction)
    world.news("INTERACTION_CREATE", _told(world, interaction), None)
    return interaction


def _told(world: World, interaction: Interaction) -> dict[str, Any]:
    user, channel, message = interaction.user, interaction.channel, interaction.message
    body: dict[str, Any] = {
        "id": str(interaction.id),
        "application_id": str(world.bot.id),
        "type": interaction.kind,
        "token": interaction.token,
        "version": 1,
        "data": interaction.data,
        "channel_id": str(channel.id),
        "channel": channel.as_json() | ({"permissions": "0"} if channel.guild_id else {}),
        "locale": user.locale,
        "app_permissions": world.rights_in(channel),
        "attachment_size_limit": 10 * 1024 * 1024,
        "entitlements": [],
        "entitlement_sku_ids": [],
        "context": 0 if channel.guild_id else 1,
        "authorizing_integration_owners": {"0": str(channel.guild_id) if channel.guild_id else "0"},
    }
    if message:
        body["message"] = news_of(world, message, content=True)
    if not channel.guild_id:
        return body | {"user": user.as_json()}
    member = world.guild.members[user.id].as_json() | {"permissions": world.rights_in(channel)}
    guild = {"id": str(world.guild.id), "locale": "en-US", "features": []}
    return body | {"guild_id": str(world.guild.id), "guild": guild, "guild_locale": "en-US", "member": member}
