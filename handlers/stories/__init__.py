"""The owner's stories: `commands` says which life a message is about.

`planning` from chat to confirmation with its `preview`, `listing` and `steering` what is planned, `series` and
`queueing` numbered episodes, `filling` what one morning tells, `asking` the evening before, `posting` what is due,
`once` what happens after posting, `month` the calendar, `sofar` the best of it for newcomers.
"""

from __future__ import annotations

from handlers.stories.asking import due as ask_due
from handlers.stories.asking import may_answer
from handlers.stories.commands import awaited, pressed, quoted, stories, story
from handlers.stories.once import due as over_due
from handlers.stories.once import mark_gone, original_edited, unreached
from handlers.stories.planning import pressed as draft_pressed
from handlers.stories.posting import due, settle
from handlers.stories.questions import is_awaited
from handlers.stories.queueing import dropped, into, queue
from handlers.stories.sofar import button as so_far_button
from handlers.stories.sofar import pressed as so_far_pressed
from handlers.stories.sofar import so_far
from handlers.stories.telling import first_words

__all__ = [
    "ask_due",
    "awaited",
    "draft_pressed",
    "dropped",
    "due",
    "first_words",
    "into",
    "is_awaited",
    "mark_gone",
    "may_answer",
    "original_edited",
    "over_due",
    "pressed",
    "queue",
    "quoted",
    "settle",
    "so_far",
    "so_far_button",
    "so_far_pressed",
    "stories",
    "story",
    "unreached",
]
