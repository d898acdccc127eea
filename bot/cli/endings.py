"""How a command ends when it can't go on: one sentence on standard error and an exit code, never a traceback."""

from __future__ import annotations

import os
import sys
import traceback
from pathlib import Path

from typer import Abort
from typer.exceptions import TyperException

HOUSE = ("bot", "handlers", "knowledge")


class Ending(Exception):
    """A command ends here. `sentence` says why and what to do next; `code` is 2 for what the caller can mend."""

    def __init__(self, sentence: str, code: int = 2) -> None:
        super().__init__(sentence)
        self.code = code


def say(sentence: str) -> None:
    """Tells the person something that is not the command's result: on standard error."""
    print(sentence, file=sys.stderr, flush=True)


def forget_output() -> None:
    """Whoever read standard output has gone (`| head`): lets nothing more be written there, and says nothing."""
    with open(os.devnull, "w") as nowhere:  # noqa: PTH123
        os.dup2(nowhere.fileno(), sys.stdout.fileno())


def explain(error: Exception) -> int:
    """Says what happened in one sentence (each problem of the settings in one) and returns the exit code."""
    if isinstance(error, Ending):
        say(str(error))
        return error.code
    if isinstance(error, Abort):
        return 130
    if isinstance(error, TyperException):
        say(f"{' '.join(error.format_message().split()).rstrip('.')}. Try --help.")
        return 2
    if _is_about_input(error):
        say(str(error))
        return 2
    if isinstance(error, OSError) and error.filename is not None:
        say(f"{os.fsdecode(error.filename)}: {error.strerror}. Check the path and its permissions.")
        return 2
    say(
        f"Something went wrong that should not ({type(error).__name__} in {_place(error)}): "
        "please report it, with the command; CONCIERGE_DEBUG=1 shows all of it."
    )
    return 1


def _is_about_input(error: Exception) -> bool:
    """Whether the sentence was made for the person. The imports are late, so that a quick command stays quick."""
    from bot.settings import SettingsError
    from knowledge.errors import InputError

    return isinstance(error, InputError | SettingsError)


def _place(error: Exception) -> str:
    """The last place in our own code. What the error says isn't repeated: it may hold a token or a customer's words."""
    root = Path(__file__).parents[2]
    ours = [
        (Path(frame.filename).relative_to(root), frame.lineno)
        for frame in traceback.extract_tb(error.__traceback__)
        if Path(frame.filename).is_relative_to(root) and Path(frame.filename).relative_to(root).parts[0] in HOUSE
    ]
    return f"{ours[-1][0].as_posix()}:{ours[-1][1]}" if ours else "the program"
