"""The table of commands, from which lists, help and docs are made."""

from __future__ import annotations

import re

import pytest

from bot.commands import COMMANDS, Audience, Command, commands_for, find
from handlers import COMMANDS as HANDLERS
from handlers.texts import say

PROMISED: dict[Audience, set[str]] = {
    "customer": {"start", "help", "human", "stop", "settings", "mydata", "forgetme", "events", "deals", "suggest"},
    "thread": {"close", "reopen", "teach", "snooze", "block", "customer"},
    "room": {"story", "stories", "waiting", "find", "gaps", "insights", "help"},
}


@pytest.mark.parametrize("audience", PROMISED)
def test_every_promised_command_is_known(audience: Audience) -> None:
    assert PROMISED[audience] <= {c.name for c in COMMANDS if c.audience == audience}


def test_a_name_is_there_once_for_an_audience_and_fits_both_platforms() -> None:
    names = [(c.audience, c.name) for c in COMMANDS]
    assert len(names) == len(set(names))
    assert all(re.fullmatch(r"[a-z]{1,32}", c.name) for c in COMMANDS)


def test_a_command_is_found_by_its_name_and_audience_only() -> None:
    close = find("close", "thread")
    assert close and (close.audience, close.name) == ("thread", "close")
    assert find("close", "customer") is None
    assert find("Close", "thread") is None
    assert find("", "room") is None


@pytest.mark.parametrize("audience", PROMISED)
def test_only_what_is_built_is_offered(audience: Audience) -> None:
    offered = commands_for(audience)
    assert offered and all(c.built and c.audience == audience for c in offered)
    assert len(offered) == sum(c.built for c in COMMANDS if c.audience == audience)


def test_every_built_command_has_its_handler_and_no_handler_is_idle() -> None:
    assert {(c.audience, c.name) for c in COMMANDS if c.built} == set(HANDLERS)


@pytest.mark.parametrize("command", [c for c in COMMANDS if c.built], ids=lambda c: f"{c.audience}-{c.name}")
def test_every_built_command_has_a_line_of_help(command: Command) -> None:
    line = say("en", command.help, owner="Hana", shop="the farm", name="Ana").plain
    assert line and line != command.help


@pytest.mark.parametrize("command", [c for c in COMMANDS if c.built], ids=lambda c: f"{c.audience}-{c.name}")
def test_every_field_and_every_entry_of_a_menu_has_its_words_and_they_are_short(command: Command) -> None:
    names = [(command.field_help(field), 45) for field in command.fields]
    names += [(command.menu_label, 32)] if command.in_menu else []
    for name, at_most in names:
        assert 0 < len(say("en", name, owner="Hana").plain) <= at_most


def test_a_command_that_asks_has_fields_to_ask_for() -> None:
    assert all(c.fields for c in COMMANDS if c.asks)
