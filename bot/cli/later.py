"""What the contract names and this version does not have yet: it says so."""

from __future__ import annotations

from typing import Any

import typer

from bot.cli.endings import Ending

COMMANDS = (
    ("", "backup", "Copies the database to a file."),
    ("", "restore", "Brings the database back from a file."),
    ("", "insights", "Charts and tables of what customers asked."),
)
"""Group, name and what it will do."""

ANYTHING: dict[str, Any] = {"allow_extra_args": True, "ignore_unknown_options": True}


def not_yet(context: typer.Context) -> None:
    """Says that the command isn't there yet."""
    raise Ending(f"`{context.command_path}` is not there yet; CHANGELOG.md says what is.")
