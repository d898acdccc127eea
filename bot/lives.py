"""The lives that go on by themselves: what they wait for, and what they say when its time has come."""

from __future__ import annotations

from bot.database.accounts import next_remark_at
from bot.database.broadcasts import next_at
from bot.database.erasing import next_erasure_at
from bot.database.live_hours import next_ask_at
from bot.database.plans import next_over_at, next_post_at, next_question_at
from bot.database.talk import next_digest_at, next_receipt_at
from bot.database.waiting import next_reminder_at
from bot.database.wishes import next_restock_at
from handlers import broadcasts, privacy, reminders, restock, stories

LIVES = (
    (next_post_at, stories.due, "a story is due"),
    (next_over_at, stories.over_due, "a story is over"),
    (next_at, broadcasts.due, "a broadcast goes on"),
    (next_question_at, stories.ask_due, "a series asks for its next story"),
    (next_erasure_at, privacy.due, "somebody is forgotten"),
    (next_remark_at, stories.remark_due, ""),
    (next_receipt_at, stories.receipt_due, ""),
    (next_digest_at, stories.digest_due, "the owners hear what people said to stories"),
    (next_ask_at, stories.live_due, "a live hour has lasted an hour"),
    (next_restock_at, restock.due, ""),
    (next_reminder_at, reminders.due, "the owners are reminded of who waits"),
)
"""What happens by itself: since when something is due, what comes of it, and what it is called beforehand."""
