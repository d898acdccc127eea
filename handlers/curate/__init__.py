"""Owners keep the knowledge in the chat: a reply is taught, entries are found, changed, taken out and brought back."""

from __future__ import annotations

from handlers.curate.keeping import edit, find, retire, undo, undo_pressed
from handlers.curate.phrasings import chosen, drop, take
from handlers.curate.teaching import dropped, merge, save, teach
from handlers.curate.telling import tell

__all__ = [
    "chosen",
    "drop",
    "dropped",
    "edit",
    "find",
    "merge",
    "retire",
    "save",
    "take",
    "teach",
    "tell",
    "undo",
    "undo_pressed",
]
