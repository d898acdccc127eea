"""What people let the bot do with their business accounts, and the methods that post, change and delete stories there.

What was really uploaded is looked at: a picture of 1080×1920, or a video of 720×1280 in H.265, within their limits.
"""

from __future__ import annotations

import io
import struct
from typing import Any

from PIL import Image, UnidentifiedImageError

from tests.simulators.telegram import limits
from tests.simulators.telegram.accounts import Connection, OwnStory
from tests.simulators.telegram.errors import ApiError, bad_request, forbidden
from tests.simulators.telegram.people import User
from tests.simulators.telegram.state import World
from tests.simulators.telegram.wire import Call

PERIODS = (6 * 3600, 12 * 3600, 86400, 2 * 86400)
CAPTION_UNITS = 2048
MOST_PHOTO, MOST_VIDEO, MOST_SECONDS = 10_000_000, 30_000_000, 60
USUAL = frozenset({"can_reply", "can_manage_stories"})

# What people do.


def connect(world: World, user: User, rights: frozenset[str] = USUAL) -> Connection:
    """Somebody connects the bot with their account; whatever connection there was is over."""
    connection = Connection(f"bc{world.serial()}", user, world.date(), rights)
    world.accounts.connections[connection.id] = connection
    world.tell("business_connection", connection.as_json())
    return connection


def allow(world: World, connection: Connection, rights: frozenset[str], *, quietly: bool = False) -> None:
    """Changes what the bot may do there; `quietly`: the update never comes."""
    connection.rights = rights
    if not quietly:
        world.tell("business_connection", connection.as_json())


def disconnect(world: World, connection: Connection) -> None:
    """Takes all leave back."""
    connection.is_enabled = False
    world.tell("business_connection", connection.as_json())


# What the bot does.


def get_business_connection(world: World, call: Call) -> dict[str, Any]:
    """How a connection stands."""
    return _connection(world, call).as_json()


def post_story(world: World, call: Call) -> dict[str, Any]:
    """A new story, of a file that is uploaded with it."""
    connection = _may_post(world, call)
    if call.number("active_period") not in PERIODS:
        raise bad_request("STORY_PERIOD_INVALID")
    if len(world.accounts.of(connection.user)) >= world.accounts.most:
        raise bad_request("STORIES_TOO_MUCH")
    story = OwnStory(
        world.serial(), connection.user, *_content(call), *_caption(call),
        seconds=call.number("active_period") or 0, kept=call.flag("post_to_chat_page"),
    )  # fmt: skip
    world.accounts.stories.append(story)
    return _as_json(world, story)


def edit_story(world: World, call: Call) -> dict[str, Any]:
    """Other words, and the picture anew."""
    story = _story(world, call)
    kind, data = _content(call)
    caption, entities = _caption(call)
    if (kind, data, caption, entities) == (story.kind, story.data, story.caption, story.entities):
        raise bad_request("STORY_NOT_MODIFIED")
    story.before.append(story.caption)
    story.kind, story.data, story.caption, story.entities = kind, data, caption, entities
    return _as_json(world, story)


def delete_story(world: World, call: Call) -> bool:
    """Takes a story away."""
    _story(world, call).deleted = True
    return True


def _connection(world: World, call: Call) -> Connection:
    found = world.accounts.connections.get(call.text("business_connection_id"))
    if found is None or not found.is_enabled:
        raise bad_request("business connection not found")
    return found


def _may_post(world: World, call: Call) -> Connection:
    connection = _connection(world, call)
    if "can_manage_stories" not in connection.rights:
        raise forbidden("BOT_ACCESS_FORBIDDEN")
    return connection


def _story(world: World, call: Call) -> OwnStory:
    connection = _may_post(world, call)
    for story in world.accounts.of(connection.user):
        if story.id == call.number("story_id"):
            return story
    raise bad_request("STORY_ID_INVALID")


def _as_json(world: World, story: OwnStory) -> dict[str, Any]:
    owner = story.owner
    return {"chat": {"id": owner.id, "type": "private", "first_name": owner.first_name}, "id": story.id}


def _caption(call: Call) -> tuple[str, list[Any]]:
    limits.refuse_parse_mode(call)
    caption = call.text("caption")
    if limits.units(caption) > CAPTION_UNITS:
        raise bad_request("MEDIA_CAPTION_TOO_LONG")
    return caption, limits.checked_entities(call.json("caption_entities", list), caption)


def _content(call: Call) -> tuple[str, bytes]:
    content = call.json("content") or {}
    kind = str(content.get("type"))
    named = str(content.get(kind, ""))
    if kind not in ("photo", "video"):
        raise bad_request("invalid story content type")
    if not named.startswith("attach://"):
        raise bad_request(f"{kind} must be uploaded as a new file")
    upload = call.files.get(named.removeprefix("attach://"))
    if upload is None or not upload.data:
        raise bad_request("file must be non-empty")
    (_check_photo if kind == "photo" else _check_video)(upload.data)
    return kind, upload.data


def _check_photo(data: bytes) -> None:
    try:
        with Image.open(io.BytesIO(data)) as picture:
            size = picture.size
    except UnidentifiedImageError:
        raise bad_request("IMAGE_PROCESS_FAILED") from None
    if size != (1080, 1920) or len(data) > MOST_PHOTO:
        raise bad_request("PHOTO_INVALID_DIMENSIONS" if size != (1080, 1920) else "file is too big")


def _check_video(data: bytes) -> None:
    """By a few marks in the file, read in another way than the bot reads them."""
    movie, pictures = data.find(b"moov"), data.find(b"mdat")
    trouble: ApiError | None = None
    if movie < 0 or not (b"hvc1" in data or b"hev1" in data):
        trouble = bad_request("VIDEO_FILE_INVALID")
    elif 0 <= pictures < movie:
        trouble = bad_request("video must be streamable")
    elif len(data) > MOST_VIDEO:
        trouble = bad_request("file is too big")
    if trouble:
        raise trouble
    head = data.index(b"mvhd") + 4
    scale, length = struct.unpack(">II", data[head + 12 : head + 20])
    entry = next(place for code in (b"hvc1", b"hev1") if (place := data.find(code, data.index(b"stsd"))) > 0)
    size = struct.unpack(">HH", data[entry + 28 : entry + 32])
    if length / scale > MOST_SECONDS or size != (720, 1280):
        raise bad_request("VIDEO_FILE_INVALID")


METHODS = {
    "postStory": post_story,
    "editStory": edit_story,
    "deleteStory": delete_story,
    "getBusinessConnection": get_business_connection,
}
