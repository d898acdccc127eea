"""The guild's scheduled events."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from tests.simulators.discord import limits
from tests.simulators.discord.accounts import check_guild
from tests.simulators.discord.errors import invalid_form, missing_permissions, unknown
from tests.simulators.discord.state import World
from tests.simulators.discord.wire import Call


def create_event(world: World, call: Call) -> dict[str, Any]:
    """A scheduled event somewhere outside Discord."""
    check_guild(world, call)
    if not {"manage_events", "create_events"} & world.guild.bot_rights:
        raise missing_permissions()
    event = {"id": str(world.new_id()), "status": 1, **_event(world, call.form)}
    world.scheduled_events[int(event["id"])] = event
    world.news("GUILD_SCHEDULED_EVENT_CREATE", event, None)
    return event


def _event(world: World, form: dict[str, Any]) -> dict[str, Any]:
    starts = datetime.fromisoformat(form["scheduled_start_time"])
    if starts <= world.now():
        raise invalid_form(
            "scheduled_start_time", "GUILD_SCHEDULED_EVENT_SCHEDULE_PAST", "Cannot schedule event in the past."
        )
    ends = form.get("scheduled_end_time")
    place = (form.get("entity_metadata") or {}).get("location")
    if form.get("entity_type") == 3 and not (ends and place):
        raise invalid_form(
            "scheduled_end_time" if place else "entity_metadata.location",
            "BASE_TYPE_REQUIRED",
            "This field is required",
        )
    return {
        "guild_id": str(world.guild.id),
        "name": limits.text(form, "name", 100, least=1),
        "description": limits.text(form, "description", 1000) or None,
        "channel_id": form.get("channel_id"),
        "creator_id": str(world.bot.id),
        "creator": world.bot.as_json(),
        "image": None,
        "scheduled_start_time": form["scheduled_start_time"],
        "scheduled_end_time": ends,
        "entity_type": form.get("entity_type"),
        "entity_id": None,
        "recurrence_rule": None,
        "privacy_level": form.get("privacy_level", 2),
        "user_count": 0,
        "guild_scheduled_event_exceptions": [],
        "entity_metadata": {"location": place} if place else None,
    }


def edit_event(world: World, call: Call) -> dict[str, Any]:
    """Another time, name, place or status."""
    event = _known_event(world, call)
    form = {key: value for key, value in call.form.items() if key in event or key == "status"}
    if "scheduled_start_time" in form or "name" in form:
        form = _event(world, {**event, **form}) | ({"status": form["status"]} if "status" in form else {})
    event |= form
    world.news("GUILD_SCHEDULED_EVENT_UPDATE", event, None)
    return event


def delete_event(world: World, call: Call) -> None:
    """Takes an event away."""
    event = _known_event(world, call)
    del world.scheduled_events[int(event["id"])]
    world.news("GUILD_SCHEDULED_EVENT_DELETE", event, None)


def read_events(world: World, call: Call) -> list[dict[str, Any]]:
    """All scheduled events."""
    check_guild(world, call)
    return list(world.scheduled_events.values())


def read_event(world: World, call: Call) -> dict[str, Any]:
    """One scheduled event."""
    return _known_event(world, call)


def _known_event(world: World, call: Call) -> dict[str, Any]:
    check_guild(world, call)
    if call.id("event") not in world.scheduled_events:
        raise unknown("guild scheduled event")
    return world.scheduled_events[call.id("event")]


EVENTS = "/guilds/{guild}/scheduled-events"
ROUTES = {
    f"GET {EVENTS}": read_events,
    f"POST {EVENTS}": create_event,
    f"GET {EVENTS}/{{event}}": read_event,
    f"PATCH {EVENTS}/{{event}}": edit_event,
    f"DELETE {EVENTS}/{{event}}": delete_event,
}
