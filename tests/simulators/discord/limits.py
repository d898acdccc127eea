"""What a form may hold: lengths and numbers, refused with 50035 where they are passed."""

from __future__ import annotations

from typing import Any

from tests.simulators.discord.errors import ApiError, invalid_form, too_long

MOST_CONTENT = 2000
MOST_NONCE = 25
MOST_CUSTOM_ID = 100
MOST_LABEL = 80
MOST_FILES = 10
MOST_ROWS = 5
MOST_BUTTONS = 5
MOST_EMBEDS = 10
MOST_NAME = 100
MOST_TAGS = 20
MOST_APPLIED = 5
MOST_MODAL_ROWS = 5
MOST_TITLE = 45
MOST_FORM_LABEL = 45
MOST_CHOICES = 25
ARCHIVE_AFTER = (60, 1440, 4320, 10080)


def text(form: dict[str, Any], name: str, most: int, *, least: int = 0, path: str = "") -> str:
    """A text of the form. Raises ApiError when it is too long, too short or no text."""
    given = form.get(name)
    path = path or name
    if given is None:
        if least:
            raise invalid_form(path, "BASE_TYPE_REQUIRED", "This field is required")
        return ""
    if not isinstance(given, str):
        raise invalid_form(path, "STRING_TYPE_CONVERT", "Could not interpret as a string.")
    if len(given) > most:
        raise too_long(path, most)
    if len(given) < least:
        span = f"Must be between {least} and {most} in length."
        raise invalid_form(path, "BASE_TYPE_BAD_LENGTH", span)
    return given


def name(form: dict[str, Any]) -> str:
    """A thread's or channel's name."""
    return text(form, "name", MOST_NAME, least=1)


def items(form: dict[str, Any], key: str, most: int, *, path: str = "") -> list[Any]:
    """A list of the form. Raises ApiError when it holds too many."""
    given = form.get(key) or []
    if len(given) > most:
        raise invalid_form(path or key, "BASE_TYPE_MAX_LENGTH", f"Must be {most} or fewer in length.")
    return list(given)


def check_components(rows: list[dict[str, Any]], path: str = "components") -> list[dict[str, Any]]:
    """Buttons and menus beneath a message, numbered as Discord numbers them. Raises ApiError for too much of them."""
    if len(rows) > MOST_ROWS:
        raise invalid_form(path, "BASE_TYPE_BAD_LENGTH", f"Must be between 1 and {MOST_ROWS} in length.")
    taken: set[str] = set()
    kept = []
    for r, row in enumerate(rows):
        inside = f"{path}.{r}.components"
        if row.get("type") != 1:
            raise invalid_form(f"{path}.{r}", "UNION_TYPE_CHOICES", "Value of field 'type' must be one of (1,).")
        if not 1 <= len(row["components"]) <= MOST_BUTTONS:
            raise invalid_form(inside, "BASE_TYPE_BAD_LENGTH", f"Must be between 1 and {MOST_BUTTONS} in length.")
        kept.append({**row, "components": [_item(i, f"{inside}.{n}", taken) for n, i in enumerate(row["components"])]})
    return _numbered(kept)


def _item(item: dict[str, Any], path: str, taken: set[str]) -> dict[str, Any]:
    text(item, "label", MOST_LABEL, path=f"{path}.label")
    is_link = item["type"] == 2 and item.get("style") == 5
    custom_id = text(item, "custom_id", MOST_CUSTOM_ID, least=0 if is_link else 1, path=f"{path}.custom_id")
    if custom_id and custom_id in taken:
        raise invalid_form(
            f"{path}.custom_id", "COMPONENT_CUSTOM_ID_DUPLICATED", "Component custom id can't be doubled"
        )
    if item["type"] == 2 and not is_link and not (item.get("label") or item.get("emoji")):
        raise invalid_form(path, "BUTTON_COMPONENT_MUST_HAVE_LABEL_OR_EMOJI", "A button must have a label or emoji.")
    if item["type"] == 3:
        items(item, "options", MOST_CHOICES, path=f"{path}.options")
    taken.add(custom_id)
    given = _without_nothing(item)
    return given | ({"min_values": 1, "max_values": 1} | given if item["type"] == 3 else {})


def _without_nothing(given: dict[str, Any]) -> dict[str, Any]:
    """Without the fields that say nothing, which Discord leaves out."""
    kept: dict[str, Any] = {
        key: _without_nothing(value) if isinstance(value, dict) else value for key, value in given.items()
    }
    if isinstance(kept.get("options"), list):
        kept["options"] = [_without_nothing(option) for option in kept["options"]]
    return {key: value for key, value in kept.items() if value is not None}


def _numbered(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    number = 0
    for row in rows:
        number += 1
        row["id"] = number
        for item in row["components"]:
            number += 1
            item["id"] = number
    return rows


def check_modal(form: dict[str, Any]) -> dict[str, Any]:
    """A form that the bot opens: title, fields and their lengths. Raises ApiError."""
    text(form, "custom_id", MOST_CUSTOM_ID, least=1, path="data.custom_id")
    text(form, "title", MOST_TITLE, least=1, path="data.title")
    rows = form.get("components") or []
    if not 1 <= len(rows) <= MOST_MODAL_ROWS:
        raise invalid_form("data.components", "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 5 in length.")
    for n, row in enumerate(rows):
        where = f"data.components.{n}"
        if row["type"] == 18:
            text(row, "label", MOST_FORM_LABEL, least=1, path=f"{where}.label")
            text(row, "description", 100, path=f"{where}.description")
            text(row["component"], "custom_id", MOST_CUSTOM_ID, least=1, path=f"{where}.component.custom_id")
        elif row["type"] == 1:
            for i, field in enumerate(row["components"]):
                inside = f"{where}.components.{i}"
                text(field, "label", MOST_FORM_LABEL, least=1, path=f"{inside}.label")
                text(field, "custom_id", MOST_CUSTOM_ID, least=1, path=f"{inside}.custom_id")
                text(field, "placeholder", 100, path=f"{inside}.placeholder")
        elif row["type"] != 10:
            raise invalid_form(where, "UNION_TYPE_CHOICES", "Value of field 'type' must be one of (1, 10, 18).")
    return form


def archive_after(form: dict[str, Any]) -> int | None:
    """After how many minutes of silence a thread sleeps; None where the form says nothing."""
    given = form.get("auto_archive_duration")
    if given is None:
        return None
    if given not in ARCHIVE_AFTER:
        allowed = "Value must be one of {60, 1440, 4320, 10080}."
        raise invalid_form("auto_archive_duration", "BASE_TYPE_CHOICES", allowed)
    return int(given)


def too_many_tags() -> ApiError:
    """More tags than a post may bear."""
    return invalid_form("applied_tags", "BASE_TYPE_MAX_LENGTH", f"Must be {MOST_APPLIED} or fewer in length.")
