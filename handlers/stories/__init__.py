"""The owner's stories: `commands` says which life a message is about.

`planning` from chat to confirmation with its `preview`, `listing` and `steering` what is planned, `series` and
`queueing` numbered episodes, `filling` what one morning tells, `asking` the evening before, `posting` what is due,
`once` what happens after posting, `month` the calendar, `sofar` the best of it for newcomers. `talk` what people say to
a story, `counting` how many do, `more` the buttons under it, `live` the hour of questions. `own` is Telegram's own
stories as a place.
`reaching` is how a change reaches every copy, `live_pages` how a live hour does.
"""

from __future__ import annotations

from handlers.stories.asking import due as ask_due
from handlers.stories.asking import may_answer
from handlers.stories.commands import awaited, pressed, quoted, stories, story
from handlers.stories.counting import due as receipt_due
from handlers.stories.live import command as live_hour
from handlers.stories.live import due as live_due
from handlers.stories.live import named as live_named
from handlers.stories.live import pressed as live_pressed
from handlers.stories.live import skipped as live_skipped
from handlers.stories.more import started
from handlers.stories.more import tell as tell_more
from handlers.stories.once import as_told_now, mark_gone, original_edited, unreached, was_recalled
from handlers.stories.once import due as over_due
from handlers.stories.own import refused, remark_due
from handlers.stories.planning import pressed as draft_pressed
from handlers.stories.posting import due, settle
from handlers.stories.questions import is_awaited
from handlers.stories.queueing import dropped, into, queue
from handlers.stories.reaching import due as reach_due
from handlers.stories.sofar import button as so_far_button
from handlers.stories.sofar import pressed as so_far_pressed
from handlers.stories.sofar import so_far
from handlers.stories.talk import (
    IN_PRIVATE,
    channel_called,
    digest_due,
    go_on_button,
    meant,
    overheard,
    shut_out,
    subject,
)
from handlers.stories.telling import first_words

__all__ = [
    "IN_PRIVATE",
    "as_told_now",
    "ask_due",
    "awaited",
    "channel_called",
    "digest_due",
    "draft_pressed",
    "dropped",
    "due",
    "first_words",
    "go_on_button",
    "into",
    "is_awaited",
    "live_due",
    "live_hour",
    "live_named",
    "live_pressed",
    "live_skipped",
    "mark_gone",
    "may_answer",
    "meant",
    "original_edited",
    "over_due",
    "overheard",
    "pressed",
    "queue",
    "quoted",
    "reach_due",
    "receipt_due",
    "refused",
    "remark_due",
    "settle",
    "shut_out",
    "so_far",
    "so_far_button",
    "so_far_pressed",
    "started",
    "stories",
    "story",
    "subject",
    "tell_more",
    "unreached",
    "was_recalled",
]
