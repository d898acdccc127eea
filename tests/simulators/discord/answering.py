"""How the bot answers: first within 3 s; the original's edits and what follows, within 15 min."""

from __future__ import annotations

from typing import Any

from tests.simulators.discord import limits, posting
from tests.simulators.discord.describing import told
from tests.simulators.discord.errors import ApiError, acknowledged, invalid_form, invalid_webhook_token, unknown
from tests.simulators.discord.interactions import (
    ANSWER,
    AUTOCOMPLETE,
    CHOICES,
    COMMAND,
    COMPONENT,
    DEFER,
    DEFER_UPDATE,
    MODAL,
    SUBMIT,
    UPDATE,
    Interaction,
)
from tests.simulators.discord.messages import CHAT_INPUT, CONTEXT_MENU, EPHEMERAL, LOADING, Message
from tests.simulators.discord.state import World
from tests.simulators.discord.wire import Call

ALLOWED = {
    COMMAND: (ANSWER, DEFER, MODAL),
    COMPONENT: (ANSWER, DEFER, DEFER_UPDATE, UPDATE, MODAL),
    AUTOCOMPLETE: (CHOICES,),
    SUBMIT: (ANSWER, DEFER, DEFER_UPDATE, UPDATE),
}
"""The first answers that each kind of interaction takes."""


def answer(world: World, call: Call) -> dict[str, Any] | None:
    """The first answer. Raises ApiError 10062 where it comes too late, 40060 where there is one already."""
    interaction = world.interaction(call.ids["token"])
    if interaction and interaction.id != call.id("interaction"):
        interaction = None
    if interaction is None or interaction.too_late(world.now()):
        raise _refusal(interaction, unknown("interaction"))
    if interaction.answered:
        raise _refusal(interaction, acknowledged())
    kind, given = int(call.form.get("type", 0)), call.form.get("data") or {}
    if kind not in ALLOWED[interaction.kind] or (kind in (UPDATE, DEFER_UPDATE) and interaction.message is None):
        raise invalid_form("type", "BASE_TYPE_CHOICES", "Value must be one of the types for this interaction.")
    _ANSWERS[kind](world, interaction, given, call)
    interaction.answer_type, interaction.answered_at = kind, world.now()
    return _receipt(world, interaction) if call.query.get("with_response") in ("1", "true") else None


def _refusal(interaction: Interaction | None, error: ApiError) -> ApiError:
    if interaction:
        interaction.refused.append(error.code)
    return error


def _say(world: World, interaction: Interaction, given: dict[str, Any], call: Call) -> None:
    interaction.original = _put(world, interaction, given, call, path="data")


def _defer(world: World, interaction: Interaction, given: dict[str, Any], call: Call) -> None:
    message = posting.said(world, interaction.channel, world.bot, "")
    message.flags = LOADING | int(given.get("flags") or 0) & EPHEMERAL
    _mark(world, interaction, message)
    interaction.original = posting.put(world, message)


def _defer_update(world: World, interaction: Interaction, given: dict[str, Any], call: Call) -> None:
    interaction.original = interaction.message


def _update(world: World, interaction: Interaction, given: dict[str, Any], call: Call) -> None:
    assert interaction.message
    interaction.original = posting.change(world, interaction.message, given, call.files)


def _choose(world: World, interaction: Interaction, given: dict[str, Any], call: Call) -> None:
    choices = limits.items(given, "choices", limits.MOST_CHOICES, path="data.choices")
    for number, choice in enumerate(choices):
        limits.text(choice, "name", 100, least=1, path=f"data.choices.{number}.name")
        if isinstance(choice["value"], str):
            limits.text(choice, "value", 100, path=f"data.choices.{number}.value")
    interaction.choices = choices


def _open_modal(world: World, interaction: Interaction, given: dict[str, Any], call: Call) -> None:
    interaction.modal = limits.check_modal(given)


_ANSWERS = {
    ANSWER: _say,
    DEFER: _defer,
    DEFER_UPDATE: _defer_update,
    UPDATE: _update,
    CHOICES: _choose,
    MODAL: _open_modal,
}


def _put(world: World, interaction: Interaction, given: dict[str, Any], call: Call, *, path: str = "") -> Message:
    message = posting.from_form(world, interaction.channel, given, call.files, path=path)
    _mark(world, interaction, message)
    return posting.put(world, message)


def _mark(world: World, interaction: Interaction, message: Message) -> None:
    """Says on a message which interaction it answers, and hides a whisper from all but one."""
    owner = {"0": str(world.guild.id)} if interaction.channel.guild_id else {"1": str(interaction.user.id)}
    origin: dict[str, Any] = {
        "id": str(interaction.id),
        "type": interaction.kind,
        "user": interaction.user.as_json(),
        "authorizing_integration_owners": owner,
    }
    if interaction.kind == COMMAND:
        is_menu = interaction.data.get("type", 1) != 1
        message.type = CONTEXT_MENU if is_menu else CHAT_INPUT
    elif interaction.kind == COMPONENT and interaction.message:
        origin["interacted_message_id"] = str(interaction.message.id)
    message.origin = origin if interaction.kind in (COMMAND, COMPONENT) else None
    if message.flags & EPHEMERAL:
        message.whispered_to = interaction.user
        for attachment in message.attachments:
            attachment.ephemeral = True


def _receipt(world: World, interaction: Interaction) -> dict[str, Any]:
    told_of: dict[str, Any] = {"id": str(interaction.id), "type": interaction.kind}
    told_of["channel_id"] = str(interaction.channel.id)
    original = interaction.original
    if original is None:
        return {"interaction": told_of}
    told_of |= {
        "response_message_id": str(original.id),
        "response_message_loading": original.thinking,
        "response_message_ephemeral": original.ephemeral,
    }
    if interaction.answer_type not in (ANSWER, UPDATE):
        return {"interaction": told_of}
    return {"interaction": told_of, "resource": {"type": interaction.answer_type, "message": told(world, original)}}


# What follows, by the interaction's token.


def _by_token(world: World, call: Call) -> Interaction:
    """The interaction. Raises ApiError 10015 without a first answer, 50027 after 15 minutes."""
    interaction = world.interaction(call.ids["token"])
    if interaction is None or call.id("webhook") != world.bot.id:
        raise unknown("webhook")
    if interaction.expired(world.now()):
        interaction.refused.append(50027)
        raise invalid_webhook_token()
    if not interaction.answered:
        raise unknown("webhook")
    return interaction


def _followed(world: World, call: Call) -> Message:
    interaction = _by_token(world, call)
    if "message" not in call.ids:
        found = interaction.original
    else:
        own = [m for m in (interaction.original, *interaction.followups) if m]
        found = next((m for m in own if m.id == call.id("message")), None)
    if found is None or found.deleted:
        raise unknown("message")
    return found


def follow_up(world: World, call: Call) -> dict[str, Any]:
    """A further message. The first one after a deferred answer takes that one's place, whisper or not."""
    interaction = _by_token(world, call)
    original = interaction.original
    if interaction.thinking and original:
        return told(world, _fill(world, original, call))
    message = _put(world, interaction, call.form, call)
    interaction.followups.append(message)
    return told(world, message)


def read_followed(world: World, call: Call) -> dict[str, Any]:
    """The original answer, or one that followed."""
    return told(world, _followed(world, call))


def edit_followed(world: World, call: Call) -> dict[str, Any]:
    """Another text in the original answer, or in one that followed; fills a deferred one."""
    message = _followed(world, call)
    if message.thinking:
        return told(world, _fill(world, message, call))
    return told(world, posting.change(world, message, call.form, call.files))


def _fill(world: World, message: Message, call: Call) -> Message:
    filled = posting.from_form(world, message.channel, call.form, call.files)
    message.content, message.components, message.embeds = filled.content, filled.components, filled.embeds
    message.attachments, message.pings, message.poll = filled.attachments, filled.pings, filled.poll
    message.flags = message.flags & EPHEMERAL | filled.flags & ~EPHEMERAL
    message.channel.touched_at = world.now()
    posting.tell(world, "MESSAGE_UPDATE", message)
    return message


def delete_followed(world: World, call: Call) -> None:
    """Takes the original answer away, or one that followed."""
    posting.take_away(world, _followed(world, call))


WEBHOOK = "/webhooks/{webhook}/{token}"
ROUTES = {
    "POST /interactions/{interaction}/{token}/callback": answer,
    f"POST {WEBHOOK}": follow_up,
    f"GET {WEBHOOK}/messages/@original": read_followed,
    f"PATCH {WEBHOOK}/messages/@original": edit_followed,
    f"DELETE {WEBHOOK}/messages/@original": delete_followed,
    f"GET {WEBHOOK}/messages/{{message}}": read_followed,
    f"PATCH {WEBHOOK}/messages/{{message}}": edit_followed,
    f"DELETE {WEBHOOK}/messages/{{message}}": delete_followed,
}
TOKENLESS = ("/interactions/", "/webhooks/")
"""These need no bot token: the interaction's own token opens them."""
