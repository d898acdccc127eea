"""`ask`: one answer for each line, from a shop's folder."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.endings import say
from bot.cli.shops import opened

if TYPE_CHECKING:
    from knowledge.answers import Answer, Knowledge


def ask(
    text: Annotated[str | None, typer.Argument(help="The question. Without it, each line of standard input.")] = None,
    shop: Annotated[Path | None, typer.Option(help="The shop's folder, instead of SHOP_DIR.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
) -> None:
    """Answers a question from what the shop knows."""
    place = opened(shop)
    knowledge = place.knowledge()
    for line in _given(text):
        answer = knowledge.ask(line, place.today, now=place.now)
        # ASCII, because a line separator of Unicode inside a text would tear the line for some readers.
        shown = json.dumps(answer.as_json()) if as_json else _in_words(answer, knowledge, place.shop.owner_name)
        print(shown, flush=True)


def _given(text: str | None) -> Iterator[str]:
    """The question, or the lines as they come in: each is answered before the next is read."""
    if text is not None:
        yield text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
        return
    if sys.stdin.isatty():
        say("One question a line; Ctrl-D ends.")
    for line in iter(sys.stdin.buffer.readline, b""):
        yield line.removesuffix(b"\n").removesuffix(b"\r").decode("utf-8", "replace")


def _in_words(answer: Answer, knowledge: Knowledge, owner: str) -> str:
    if answer.parts:
        return "\n".join(_in_words(part, knowledge, owner) for part in answer.parts)
    if answer.answer is not None:
        return answer.answer
    if answer.suggestions:
        return "\n".join(["Did you mean:", *(f"  - {knowledge.title(entry)}" for entry in answer.suggestions)])
    return f"No answer to that: in a chat {owner} would be asked."
