"""A Rasa bot's training data: each intent with its examples, and the response that answers it.

The two stand in different files (`nlu.yml`, `domain.yml`), so all of them are read together.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from knowledge.entry import Entry
from knowledge.errors import InputError
from knowledge.files import read_text
from knowledge.importers.found import Placed, Say, id_of, left_out, place
from knowledge.importers.html_text import line_of

_DEEPEST = 12
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_KEYS = ("nlu", "responses", "rules", "stories", "intents")
_ENTITY = re.compile(r"\[([^\]]+)\](?:\([^)]*\)|\{[^}]*\})")
_SLOT = re.compile(r"\{[a-zA-Z_][\w.]*\}")

_Pair = tuple[str, yaml.Node]


@dataclass
class _Bot:
    """What was read so far: examples and their places by intent, texts by response, responses by intent."""

    examples: dict[str, list[str]] = field(default_factory=dict)
    places: dict[str, str] = field(default_factory=dict)
    responses: dict[str, str] = field(default_factory=dict)
    answers: dict[str, str] = field(default_factory=dict)


def entries(paths: Sequence[Path], say: Say) -> Iterator[Placed]:
    """An entry for each intent with a response in words; the others are said. Raises InputError."""
    bot = _Bot()
    files = [file for path in paths for file in _files(path)]
    for file in files:
        _read(file, bot, say)
    if not bot.examples:
        raise InputError(paths[0], None, "holds no intents with examples", "Name nlu.yml as well as domain.yml.")
    for intent, examples in bot.examples.items():
        where, reason, text = bot.places[intent], "", ""
        name = bot.answers.get(intent, f"utter_{intent}")
        text = bot.responses.get(name, "")
        if name not in bot.responses:
            reason = f"there is no response “{name}”"
        elif not text:
            reason = f"“{name}” has no text that fits every chat"
        elif slot := _SLOT.search(text):
            reason = f"its response needs a value, {slot[0]}"
        if reason:
            say(left_out(where, intent, reason))
        else:
            yield Entry(id_of(intent), tuple(dict.fromkeys(examples)), text), where


def _files(path: Path) -> list[Path]:
    """The YAML files of a project, what is hidden and what only tests it aside; a file is itself."""
    if not path.is_dir():
        return [path]
    found = sorted(file for end in ("*.yml", "*.yaml") for file in path.rglob(end))
    inside = [file for file in found if not any(part.startswith(".") for part in file.relative_to(path).parts)]
    return [file for file in inside if "tests" not in file.relative_to(path).parts[:-1]]


def is_rasa(path: Path) -> bool:
    """Whether a YAML file looks like a part of such a bot."""
    text = "\n" + read_text(path)
    return any(f"\n{key}:" in text for key in _KEYS)


def _read(path: Path, bot: _Bot, say: Say) -> None:
    for key, node in _pairs(_root(path)):
        if key == "nlu":
            for item in _items(node):
                _read_intent(path, dict(_pairs(item)), bot)
        elif key == "responses":
            for name, variations in _pairs(node):
                bot.responses[name] = _text_of_response(variations)
        elif key in ("rules", "stories"):
            for item in _items(node):
                _read_steps(dict(_pairs(item)), bot)


def _read_intent(path: Path, item: dict[str, yaml.Node], bot: _Bot) -> None:
    intent = _scalar(item.get("intent"))
    if not intent or "examples" not in item:
        return
    node = item["examples"]
    bot.places.setdefault(intent, place(path, node.start_mark.line + 1))
    found = bot.examples.setdefault(intent, [])
    if isinstance(node, yaml.ScalarNode):
        lines: Iterable[str] = (line.strip() for line in str(node.value).split("\n"))
        texts = [line.removeprefix("-") for line in lines if line.startswith("-")]
    else:
        texts = [_scalar(dict(_pairs(one)).get("text")) or _scalar(one) for one in _items(node)]
    found.extend(text for text in (line_of(_ENTITY.sub(r"\1", text).removeprefix("-")) for text in texts) if text)


def _text_of_response(node: yaml.Node) -> str:
    """The first text that holds in every chat and under no condition."""
    for variation in _items(node):
        pairs = dict(_pairs(variation))
        text = _scalar(pairs.get("text")).strip()
        if text and "condition" not in pairs and "channel" not in pairs:
            return text
    return ""


def _read_steps(item: dict[str, yaml.Node], bot: _Bot) -> None:
    """Of a rule or story with one question and one response: which answers which."""
    steps = [dict(_pairs(step)) for step in _items(item.get("steps"))]
    intents = [_scalar(step["intent"]) for step in steps if "intent" in step]
    actions = [_scalar(step["action"]) for step in steps if "action" in step]
    told = [action for action in actions if action != "action_listen"]
    if len(intents) == len(told) == 1 and told[0].startswith("utter_"):
        bot.answers.setdefault(intents[0], told[0])


def _root(path: Path) -> yaml.Node | None:
    """The YAML as nodes with their places. Raises InputError; references are refused, for they can grow without end."""
    text, depth = read_text(path), 0
    try:
        for event in yaml.parse(text, Loader=_LOADER):
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if isinstance(event, yaml.AliasEvent) or depth > _DEEPEST:
                mark = event.start_mark
                problem = "has references (*name) or is nested too deeply"
                raise InputError(path, mark.line + 1 if mark else None, problem, "Write it out in full.")
        root: yaml.Node | None = yaml.compose(text, Loader=_LOADER)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        problem = f"is no valid YAML ({error.problem or error.context})"
        raise InputError(path, mark.line + 1 if mark else None, problem, "Mend it, or export it again.") from error
    except (yaml.YAMLError, ValueError) as error:
        raise InputError(path, None, "can't be read as YAML", "Take out special characters.") from error
    return root


def _pairs(node: yaml.Node | None) -> list[_Pair]:
    if not isinstance(node, yaml.MappingNode):
        return []
    return [(str(key.value), value) for key, value in node.value if isinstance(key, yaml.ScalarNode)]


def _items(node: yaml.Node | None) -> list[yaml.Node]:
    return list(node.value) if isinstance(node, yaml.SequenceNode) else []


def _scalar(node: yaml.Node | None) -> str:
    return str(node.value).strip() if isinstance(node, yaml.ScalarNode) else ""
