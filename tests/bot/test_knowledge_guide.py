"""docs/knowledge.md names only what there is, and all of it."""

from __future__ import annotations

import re
from pathlib import Path

import typer

from bot.cli import knowledge
from bot.commands import COMMANDS
from handlers.texts import say
from knowledge.importers import FORMATS

GUIDE = (Path(__file__).parents[2] / "docs/knowledge.md").read_text(encoding="utf-8")


def test_every_format_is_named_and_no_other() -> None:
    table = GUIDE.partition("| you have |")[2].partition("###")[0]
    named = {name for row in table.splitlines()[2:] for name in re.findall(r"`([^`]+)`", row.rpartition(" | ")[2])}
    assert named == set(FORMATS) - {"auto"}


def test_every_command_line_that_it_names_exists() -> None:
    known = set(typer.main.get_command(knowledge).commands)  # type: ignore[attr-defined]
    named = set(re.findall(r"concierge knowledge ([a-z]+)", GUIDE))
    assert {"import", "undo", "check", "evaluate"} == named <= known


def test_every_command_of_the_chat_that_it_names_is_built() -> None:
    named = set(re.findall(r"`/([a-z]+)\b(?!/)", GUIDE)) - {"api"}
    assert {"teach", "find", "edit", "retire", "undo", "gaps"} <= named
    assert named <= {command.name for command in COMMANDS if command.built}


def test_what_it_calls_the_entry_of_a_menu_is_what_stands_there() -> None:
    assert f"*{say('en', 'menu_thread_teach').plain}*" in GUIDE
