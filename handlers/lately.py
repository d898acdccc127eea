"""What the bot has told a customer a short while ago: who asks it again, or finds no help in it, wants a human."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from handlers.context import Context
from knowledge.repeats import same_question

KEPT = 3
"""How many answers back somebody may go and still be understood to ask the same again."""
WORDS_AT_MOST = 500


@dataclass(frozen=True)
class Told:
    """A question, and what the bot answered or suggested to it."""

    asked: str
    answer: str


def remember(asked: str, answer: str, ctx: Context) -> None:
    """Keeps what is answered now."""
    told = {"asked": asked[:WORDS_AT_MOST], "answer": answer[:WORDS_AT_MOST], "at": ctx.now.isoformat()}
    ctx.conversation.lately = [*(ctx.conversation.lately or [])[1 - KEPT :], told]


def told(ctx: Context) -> Sequence[Told]:
    """What was told lately, the last first; nothing where a human has it in hand."""
    if ctx.conversation.state != "bot" or not ctx.conversation.lately:
        return ()
    since = ctx.now - timedelta(minutes=ctx.shop.repeat_minutes)
    rows = reversed(ctx.conversation.lately)
    return [Told(row["asked"], row["answer"]) for row in rows if datetime.fromisoformat(row["at"]) >= since]


def asked_before(question: str, ctx: Context) -> Told | None:
    """The answer that was given lately to the same question."""
    return next((one for one in told(ctx) if same_question(one.asked, question)), None)
