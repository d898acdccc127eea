"""Schedules in the shop's own time: a phrase becomes a rule, a rule becomes the next moments in UTC.

`languages` holds the words of each language, `grammar` finds a schedule at the beginning of a text with the readers of
`moments` and `repeats`, `meaning` tells what it means at a given moment, `reading` is the door to all that, and
`second_reader` is asked for single days in other languages. `rfc5545` expands recurrences on wall-clock time, `rules`
turns wall time into instants, and `words` says them in plain English.
"""

from __future__ import annotations

from bot.recurrence.meaning import Reading
from bot.recurrence.reading import read_beginning, read_when
from bot.recurrence.rules import Occurrence, Rule, occurrences, resolve, zone_named

__all__ = ["Occurrence", "Reading", "Rule", "occurrences", "read_beginning", "read_when", "resolve", "zone_named"]
