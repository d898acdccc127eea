"""docs/owners.md names only what there is, and what the bot can fill in."""

from __future__ import annotations

import re
from pathlib import Path

from bot.commands import COMMANDS
from handlers.snippets import PRICE, VARIABLES
from handlers.texts import say

GUIDE = (Path(__file__).parents[2] / "docs/owners.md").read_text(encoding="utf-8")
TOOLS = set(
    "snippet s claim unclaim assign mine snooze close reopen block unblock blocked note notes tag untag customer "
    "transcript search waiting".split()
)


def test_every_command_that_it_names_is_built_and_every_tool_is_named() -> None:
    named = set(re.findall(r"`/([a-z]+)\b", GUIDE))
    assert named <= {command.name for command in COMMANDS if command.built}
    assert named >= TOOLS


def test_every_variable_of_a_canned_reply_is_named() -> None:
    table = GUIDE.partition("## Canned replies")[2].partition("## What is kept")[0]
    named = set(re.findall(r"^\| (.*?) \|", table, re.MULTILINE))
    found = {variable for cell in named for variable in re.findall(r"\{([a-z]+)(?::ID)?\}", cell)}
    assert found == {*VARIABLES, PRICE.rstrip(":")}


def test_what_it_calls_the_entry_of_a_menu_is_what_stands_there() -> None:
    assert f"*Apps → {say('en', 'menu_thread_note').plain}*" in GUIDE
