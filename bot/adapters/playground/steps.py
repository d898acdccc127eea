"""Reads a conversation file: who says, presses, hears and sees what, step by step."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Literal

import yaml

Who = Literal["customer", "owner", "channel", "clock"]
Act = Literal["says", "hears", "hears_nothing", "presses", "sees", "sees_nothing", "advance"]

ACTS: dict[Who, tuple[Act, ...]] = {
    "customer": ("says", "hears", "hears_nothing", "presses"),
    "owner": ("says", "sees", "sees_nothing", "presses"),
    "channel": ("sees", "sees_nothing"),
    "clock": ("advance",),
}
UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
DURATION = re.compile(r"(\d+(?:\.\d+)?)\s*([smhd])")


class ScriptError(Exception):
    """The file can't be read as a script; the message names file and line and says what to write instead."""


class Mismatch(Exception):
    """The conversation went otherwise than the script says; the message names file, line, expected and got."""


@dataclass(frozen=True)
class Step:
    """One line of the conversation. `name` is a customer's, or the thread's of the owner's step ("" elsewhere).

    `value` is what is said, heard, seen or pressed; `photos` are paths as written; `by` is how far the clock moves.
    """

    line: int
    who: Who
    act: Act
    name: str = ""
    value: str = ""
    photos: tuple[str, ...] = ()
    by: timedelta = timedelta()


@dataclass(frozen=True)
class Script:
    """A conversation; `shop` is a folder or None for the sample shop, `now` aware or None for the present."""

    path: Path
    shop: Path | None
    now: datetime | None
    steps: tuple[Step, ...]


def read_script(path: Path) -> Script:
    """The script in a file. Raises ScriptError."""
    tree = _tree(path)
    if not isinstance(tree, yaml.MappingNode):
        raise ScriptError(f"{path}, line 1: a script is a mapping with `steps:`, and `shop:` and `now:` if need be.")
    top = _mapping(tree, path)
    for key, (node, _) in top.items():
        if key not in ("shop", "now", "steps"):
            raise ScriptError(f"{path}, line {_line(node)}: unknown key `{key}`; there are shop, now and steps.")
    listed = top["steps"][0] if "steps" in top else None
    if not isinstance(listed, yaml.SequenceNode) or not listed.value:
        line = _line(listed) if listed else 1
        raise ScriptError(f"{path}, line {line}: `steps:` must be a list with at least one step.")
    return Script(path, _shop(top, path), _now(top, path), tuple(_step(node, path) for node in listed.value))


def _tree(path: Path) -> yaml.Node | None:
    """All scalars stay the words that were written: `says: no` is not False."""
    try:
        node = yaml.compose(path.read_text(encoding="utf-8-sig"), Loader=yaml.BaseLoader)
        assert node is None or isinstance(node, yaml.Node)
        return node
    except OSError as error:
        raise ScriptError(f"{path}: the script can't be read ({error.strerror or error}).") from None
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise ScriptError(f"{path}, line {line}: the script is not UTF-8; save it as UTF-8 text.") from None
    except RecursionError:
        raise ScriptError(f"{path}, line 1: the script is nested too deeply to be one.") from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else 1
        problem = getattr(error, "problem", None) or getattr(error, "reason", None) or "it can't be parsed"
        raise ScriptError(f"{path}, line {line}: this is not YAML: {problem}.") from None


def _line(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1


def _mapping(node: yaml.MappingNode, path: Path) -> dict[str, tuple[yaml.Node, str | tuple[str, ...]]]:
    """Each key with its node, and with the words in it: a string, or several of a list."""
    found: dict[str, tuple[yaml.Node, str | tuple[str, ...]]] = {}
    for key, value in node.value:
        name = key.value if isinstance(key, yaml.ScalarNode) else "?"
        if name in found:
            raise ScriptError(f"{path}, line {_line(key)}: `{name}` is there twice.")
        found[name] = (value, _words(value))
    return found


def _words(node: yaml.Node) -> str | tuple[str, ...]:
    if isinstance(node, yaml.ScalarNode):
        return str(node.value)
    items: list[Any] = node.value if isinstance(node, yaml.SequenceNode) else []
    return tuple(str(item.value) for item in items if isinstance(item, yaml.ScalarNode))


def _shop(top: dict[str, tuple[yaml.Node, Any]], path: Path) -> Path | None:
    node, words = top.get("shop", (None, ""))
    if node is None or words == "":
        return None
    folder = path.parent / Path(str(words)).expanduser()
    if not isinstance(words, str) or not folder.is_dir():
        raise ScriptError(f"{path}, line {_line(node)}: the shop {words} is no folder beside the script.")
    return folder


def _now(top: dict[str, tuple[yaml.Node, Any]], path: Path) -> datetime | None:
    node, words = top.get("now", (None, ""))
    if node is None or words == "":
        return None
    try:
        now = datetime.fromisoformat(words)
    except (TypeError, ValueError):
        now = datetime.min
    if now.tzinfo is None:
        example = "2026-03-10T09:00:00+01:00"
        raise ScriptError(f"{path}, line {_line(node)}: `now` must be an instant with an offset, such as {example}.")
    return now


def _step(node: yaml.Node, path: Path) -> Step:
    def wrong(problem: str) -> ScriptError:
        return ScriptError(f"{path}, line {_line(node)}: {problem}")

    if not isinstance(node, yaml.MappingNode):
        raise wrong('a step is a mapping such as {customer: Ana, says: "Hello"}.')
    found = {key: words for key, (_, words) in _mapping(node, path).items()}
    photos = found.pop("photo", ())
    who = _who(found, wrong)
    name = _name(found, who, wrong)
    if photos and not found and "says" in ACTS[who]:
        found["says"] = ""
    act, value = _act(found, who, wrong)
    if photos and act != "says":
        raise wrong("a photo can only be sent with `says`.")
    if act == "advance":
        return Step(_line(node), who, act, by=_duration(value, wrong))
    return Step(_line(node), who, act, name, value, (photos,) if isinstance(photos, str) else photos)


Wrong = Callable[[str], ScriptError]
Found = dict[str, str | tuple[str, ...]]


def _who(found: Found, wrong: Wrong) -> Who:
    named: list[Who] = [who for who in ("customer", "owner", "channel") if who in found]
    if "advance" in found and not named:
        return "clock"
    if len(named) != 1:
        raise wrong("a step begins with one of customer, owner, channel or advance.")
    return named[0]


def _name(found: Found, who: Who, wrong: Wrong) -> str:
    """Takes out of `found` what says whose step it is; returns the customer's or the thread's name."""
    if who == "clock":
        return ""
    marker = found.pop(who)
    if who == "customer":
        if not isinstance(marker, str) or not marker:
            raise wrong("`customer` needs a name, such as Ana.")
        return marker
    if marker != "true":
        raise wrong(f"write `{who}: true`.")
    thread = found.pop("thread", "") if who == "owner" else ""
    if not isinstance(thread, str):
        raise wrong("`thread` needs a customer's name.")
    return thread


def _act(found: Found, who: Who, wrong: Wrong) -> tuple[Act, str]:
    choices = ACTS[who]
    unknown = [key for key in found if key not in choices]
    if unknown:
        raise wrong(f"unknown `{unknown[0]}` for a step of {who}; there are {', '.join(choices)}.")
    acts = [act for act in choices if act in found]
    if len(acts) != 1:
        raise wrong(f"a step of {who} has exactly one of {', '.join(choices)}.")
    value = found[acts[0]]
    if not isinstance(value, str):
        raise wrong(f"`{acts[0]}` needs plain words.")
    if acts[0].endswith("_nothing") and value != "true":
        raise wrong(f"write `{acts[0]}: true`.")
    return acts[0], value


def _duration(value: str, wrong: Wrong) -> timedelta:
    parts = DURATION.findall(value)
    if not parts or DURATION.sub("", value).strip():
        raise wrong(f"`advance: {value}` is no duration; write a number and s, m, h or d, such as 2h.")
    try:
        return sum((timedelta(**{UNITS[unit]: float(number)}) for number, unit in parts), timedelta())
    except OverflowError:
        raise wrong(f"`advance: {value}` is too long.") from None
